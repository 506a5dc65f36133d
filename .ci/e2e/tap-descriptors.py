# Passes descriptors over a Unix stream socket, and checks what arrives with which bytes.
#   tap-descriptors.py serve PATH    listens, and holds one client to what the client of this file sends
#   tap-descriptors.py send PATH     is that client, and holds the answer
import array
import os
import socket
import sys

BEFORE = b"plain bytes, " * 20000  # in front of the descriptors, where the kernel would merge both
AFTER = b", and more" * 20000


def pass_on(sock, data, files):
    fds = array.array("i", [f.fileno() for f in files])
    sent = sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    assert sent == len(data), f"{sent} of {len(data)} bytes were sent"


def receive(sock, size):
    """Returns so many bytes, and the descriptors with the offset of the first byte of the read that gave them."""
    got, passed = b"", []
    while len(got) < size:
        data, ancillary, flags, _ = sock.recvmsg(size - len(got), socket.CMSG_SPACE(64 * 4))
        assert data, f"the end came after {len(got)} of {size} bytes"
        assert not flags & socket.MSG_CTRUNC, "descriptors were cut off"
        for level, kind, content in ancillary:
            assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS), (level, kind)
            fds = array.array("i")
            fds.frombytes(content)
            passed.append((len(got), list(fds)))
        got += data
    return got, passed


def content_of(fd):
    with os.fdopen(fd, "rb") as f:
        return f.read()


def written_pipe(text):
    r, w = os.pipe()
    with os.fdopen(w, "wb") as f:
        f.write(text)
    return os.fdopen(r, "rb")


def serve(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    sock, _ = listener.accept()
    got, passed = receive(sock, len(BEFORE))
    assert got == BEFORE and not passed, f"descriptors came too early, at {passed}"
    got, passed = receive(sock, 2)
    assert got == b"FD" and len(passed) == 1, (got, passed)
    offset, fds = passed[0]
    assert offset == 0 and len(fds) == 2, "both descriptors come with the byte that they were sent with"
    assert content_of(fds[0]) == b"in a file" and content_of(fds[1]) == b"in a pipe"
    got, passed = receive(sock, len(AFTER))
    assert got == AFTER and not passed, passed
    with written_pipe(b"from the server") as pipe:
        pass_on(sock, b"!", [pipe])
    assert sock.recv(1) == b"", "the client's end"
    sock.close()


def send(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(10)
    sock.connect(path)
    sock.sendall(BEFORE)
    with open(path + ".content", "w+b") as file, written_pipe(b"in a pipe") as pipe:
        file.write(b"in a file")
        file.seek(0)
        pass_on(sock, b"FD", [file, pipe])
    sock.sendall(AFTER)
    got, passed = receive(sock, 1)
    assert got == b"!" and len(passed) == 1 and content_of(passed[0][1][0]) == b"from the server", (got, passed)
    sock.close()


{"serve": serve, "send": send}[sys.argv[1]](sys.argv[2])
