# Many bytes through a connection, for their time and their count.
#   tap-bytes.py serve PATH       listens on a loopback port and at the path, and prints the port; tells each client, after
#                                  the end of what it says, how many bytes that were
#   tap-bytes.py send TO BYTES    sends so many to HOST:PORT or a path, and prints what the server says and the time in ms
#   tap-bytes.py flood TO SECONDS sends for so long, with lines of text among the bytes, and prints what the server says and
#                                  how many bytes were sent
#   tap-bytes.py slowly TO SIZE    sends SIZE bytes at 64 MB/s, and prints the same
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


def connect(to):
    if to.startswith("/"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(to)
    else:
        host, port = to.rsplit(":", 1)
        sock = socket.create_connection((host, int(port)))
    sock.settimeout(40)
    return sock


def answer(sock):
    sock.shutdown(socket.SHUT_WR)
    told = b""
    while data := sock.recv(100):
        told += data
    return told.decode()


def flood(to, seconds):
    sock, sent = connect(to), 0
    piece = memoryview((bytes(range(256)) * 15 + b"a needle in a haystack\n") * 64)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        sent += sock.send(piece)
    print(answer(sock), sent)


def slowly(to, size):
    sock, sent = connect(to), 0
    piece = bytes(range(256)) * 1024
    while sent < int(size):
        sock.sendall(piece)
        sent += len(piece)
        time.sleep(0.004)  # 64 MB/s
    print(answer(sock), sent)


def send(to, size):
    sock = connect(to)
    left, piece = int(size), memoryview(bytes(range(256)) * 4096)
    begun = time.monotonic()
    while left > 0:
        left -= sock.send(piece[: min(left, len(piece))])
    print(answer(sock), round((time.monotonic() - begun) * 1000))


{"serve": serve, "send": send, "flood": flood, "slowly": slowly}[sys.argv[1]](*sys.argv[2:])
