# SPDX-License-Identifier: GPL-3.0-only
"""A stock WebSocket client of another language as a consumer of the feed.

    python3 websocketconsumer.py <websocket url>

Prints each thing that happens as a line of JSON: {"from","what","data"}, where data of a binary
message is in hexadecimal. Ends with the connection.
"""

import asyncio
import json
import sys

import websockets


def tell(what, data):
    print(json.dumps({"from": "python", "what": what, "data": data}), flush=True)


async def consume(url):
    async with websockets.connect(url) as connection:
        tell("open", "")
        try:
            while True:
                message = await connection.recv()
                if isinstance(message, bytes):
                    tell("binary", message.hex())
                else:
                    tell("message", message)
        except websockets.ConnectionClosed as closed:
            tell("close", str(closed.code))


asyncio.run(consume(sys.argv[1]))
