"""What a person can do in the playground, as the page sends it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Value = str | int | float | bool


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = Field(max_length=32)


class Say(_Act):
    """Write a message."""

    kind: Literal["say"]
    text: str = Field(max_length=2000)


class Slash(_Act):
    """Use a slash command."""

    kind: Literal["slash"]
    name: str = Field(max_length=32)
    options: dict[str, Value] = {}


class Complete(_Act):
    """Type into an option that offers choices."""

    kind: Literal["complete"]
    name: str = Field(max_length=32)
    option: str = Field(max_length=32)
    value: str = Field(max_length=6000)
    options: dict[str, Value] = {}


class Click(_Act):
    """Press a button of a message."""

    kind: Literal["click"]
    message: int
    custom_id: str = Field(max_length=100)


class Select(_Act):
    """Choose in a select of a message."""

    kind: Literal["select"]
    message: int
    custom_id: str = Field(max_length=100)
    values: list[str] = Field(max_length=25)


class Menu(_Act):
    """Use a command of the menu of a message."""

    kind: Literal["menu"]
    message: int
    name: str = Field(max_length=32)


class Submit(_Act):
    """Send off the dialog that was shown last."""

    kind: Literal["submit"]
    values: dict[str, str | list[str]] = {}


Act = Say | Slash | Complete | Click | Select | Menu | Submit
read_act: TypeAdapter[Act] = TypeAdapter(Annotated[Act, Field(discriminator="kind")])
