"""A mail server under TLS that asks for a password, for `distributed.rs`.

Takes certificate, key and a folder; prints its port; writes each letter into the folder. Who is called
`tolak` is refused for good, who is called `nanti` for now; of a letter to `putus` nothing is said.
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

certificate, key, folder = sys.argv[1:4]
count = 0


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("tolak"):
            return "550 no such user"
        if address.startswith("nanti"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        if envelope.rcpt_tos[0].startswith("putus"):
            server.transport.abort()
            return "451 gone"
        count += 1
        (pathlib.Path(folder) / f"{count}.eml").write_bytes(envelope.original_content)
        return "250 queued"


def password(server, session, envelope, mechanism, given):
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"kantor", b"rahasia surel")
    return AuthResult(success=is_right, handled=False)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def connected():
        return SMTP(
            Handler(),
            hostname="uji",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=password,
        )

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
