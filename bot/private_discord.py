"""Every private name of discord.py that the HTTP mode needs, all of them here; ``check`` says if one has changed.

discord.py answers interactions that its gateway brings, and has no way in for those that Discord sends by HTTP.
"""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any, cast

import discord
from discord.http import MultipartParameters
from discord.state import ConnectionState
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

CALLBACK_PARAMETERS = ("self", "interaction_id", "token", "session", "proxy", "proxy_auth", "params")


class Incompatible(RuntimeError):
    """The installed discord.py is not one that the HTTP mode knows."""


def check() -> None:
    """Look whether the private names are as this module expects them.

    Raises:
        Incompatible: one is missing or takes other parameters.
    """
    found = {
        "ConnectionState.parse_interaction_create": ("self", "data"),
        "AsyncWebhookAdapter.create_interaction_response": CALLBACK_PARAMETERS,
    }
    holders = {"ConnectionState": ConnectionState, "AsyncWebhookAdapter": AsyncWebhookAdapter}
    for name, parameters in found.items():
        holder, _, method = name.partition(".")
        function = getattr(holders[holder], method, None)
        if function is None or tuple(inspect.signature(function).parameters) != parameters:
            raise Incompatible(f"discord.py {discord.__version__} has no {name}({', '.join(parameters)})")
    if not isinstance(async_context.get(), AsyncWebhookAdapter):
        raise Incompatible(f"discord.py {discord.__version__} keeps its webhook adapter elsewhere")


class FirstAnswer(AsyncWebhookAdapter):
    """Catches the first answer to one interaction, so that it can be the response to the HTTP request.

    An answer with files, or one that comes after ``let_go``, goes to Discord by a request of its own, as always.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.payload: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        """The answer as JSON; None where it goes by a request of its own."""
        self.sent = asyncio.Event()
        """Set when the response has left; what is sent later must not overtake it."""

    def create_interaction_response(
        self,
        interaction_id: int,
        token: str,
        *,
        session: Any,
        proxy: str | None = None,
        proxy_auth: Any = None,
        params: MultipartParameters,
    ) -> Any:
        """Called by discord.py in the place of a request."""
        if self.payload.done() or params.files:
            self.let_go()
            return super().create_interaction_response(
                interaction_id, token, session=session, proxy=proxy, proxy_auth=proxy_auth, params=params
            )
        self.payload.set_result(cast(dict[str, Any], params.payload))
        return self._caught(interaction_id)

    def let_go(self) -> None:
        """From now on answers go by requests of their own."""
        if not self.payload.done():
            self.payload.set_result(None)

    async def _caught(self, interaction_id: int) -> dict[str, Any]:
        await self.sent.wait()
        return {"interaction": {"id": str(interaction_id), "type": 2}}


def dispatch(client: discord.Client, interaction: dict[str, Any]) -> FirstAnswer:
    """Hand an interaction to discord.py as its gateway would; what becomes its first answer is caught."""
    answer = FirstAnswer()
    token = async_context.set(answer)
    try:
        # Tasks that are made here keep the adapter; the request that is being served goes back to the usual one.
        client._connection.parse_interaction_create(cast(Any, interaction))
    finally:
        async_context.reset(token)
    return answer


def in_flight() -> Awaitable[object]:
    """Waits until the tasks that discord.py made for interactions are done."""
    tasks = [t for t in asyncio.all_tasks() if t.get_name().startswith(("CommandTree", "discord-ui", "discord.py"))]
    return asyncio.gather(*tasks, return_exceptions=True)
