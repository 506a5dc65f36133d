# A server that ends its own sending first: it says "first", half-closes, and then takes what the client says.
#   tap-halfclose.py PATH TAKEN    listens on a loopback port and at the path, and prints the port; of what each client
#                                  says until its end, the SHA-256 is written to the file TAKEN
import hashlib
import os
import select
import socket
import sys

path, taken = sys.argv[1:]
tcp, unix = socket.socket(), socket.socket(socket.AF_UNIX)
tcp.bind(("127.0.0.1", 0))
unix.bind(path)
for listener in tcp, unix:
    listener.listen()
print(tcp.getsockname()[1], flush=True)
while True:
    for listener in select.select([tcp, unix], [], [])[0]:
        client, _ = listener.accept()
        client.settimeout(10)
        client.sendall(b"first")
        client.shutdown(socket.SHUT_WR)
        digest = hashlib.sha256()
        while data := client.recv(65536):
            digest.update(data)
        with open(taken + ".new", "w", encoding="ascii") as file:
            print(digest.hexdigest(), file=file)
        os.rename(taken + ".new", taken)
        client.close()
