"""What the first questions would wait for is done before, while others are answered."""

import asyncio
from itertools import islice

from bot.answers.knowledge import Knowledge
from bot.fit.engines import LLAMA_CPP
from bot.fit.weights import weigh


async def test_models_are_weighed_a_little_at_a_time(knowledge: Knowledge) -> None:
    some = dict(islice(knowledge.catalog.models.items(), 20))
    fresh = Knowledge(knowledge.catalog.having(some))
    warming, turns = asyncio.create_task(fresh.warm_up()), 0
    while not warming.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= len(some)
    weighed = weigh.cache_info().misses
    for model in some.values():
        for quant in LLAMA_CPP.ladder if model.architecture else ():
            assert model.architecture
            weigh(model.architecture, quant)
    assert weigh.cache_info().misses == weighed
