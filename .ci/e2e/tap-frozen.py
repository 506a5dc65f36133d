# Many bytes through a connection, for their time and their count.
#   tap-frozen.py serve PATH       listens on a loopback port and at the path, and prints the port; tells each client, after
#                                  the end of what it says, how many bytes that were
#   tap-frozen.py send TO BYTES    sends so many to HOST:PORT or a path, and prints what the server says and the time in ms
import select
import socket
import sys
import threading
import time


def count(client):
    total, buffer = 0, bytearray(1 << 20)
    while n := client.recv_into(buffer):
        total += n
    client.sendall(str(total).encode())
    client.close()


def serve(path):
    tcp, unix = socket.socket(), socket.socket(socket.AF_UNIX)
    tcp.bind(("127.0.0.1", 0))
    unix.bind(path)
    for listener in tcp, unix:
        listener.listen()
    print(tcp.getsockname()[1], flush=True)
    while True:
        for listener in select.select([tcp, unix], [], [])[0]:
            threading.Thread(target=count, args=(listener.accept()[0],), daemon=True).start()


def send(to, size):
    if to.startswith("/"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(to)
    else:
        host, port = to.rsplit(":", 1)
        sock = socket.create_connection((host, int(port)))
    sock.settimeout(40)
    left, piece = int(size), memoryview(bytes(range(256)) * 4096)
    begun = time.monotonic()
    while left > 0:
        left -= sock.send(piece[: min(left, len(piece))])
    sock.shutdown(socket.SHUT_WR)
    told = b""
    while data := sock.recv(100):
        told += data
    print(told.decode(), round((time.monotonic() - begun) * 1000))


{"serve": serve, "send": send}[sys.argv[1]](*sys.argv[2:])
