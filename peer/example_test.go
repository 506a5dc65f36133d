package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/peer/variant"
)

// listenEcho listens on a loopback port and sends back what comes.
func listenEcho() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return l, nil
}

// A socket by itself: nothing happens but in its calls, so poll it.
func ExampleTCP() {
	l, err := listenEcho()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()

	var sock peer.TCP
	defer sock.DisconnectFromHost()
	ctx := context.Background()
	if err := sock.ConnectToHost(ctx, "127.0.0.1", l.Addr().(*net.TCPAddr).Port); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sock.Status()) // it has started, and is not connected yet
	for sock.Status() == peer.StatusConnecting {
		<-tick.C
		if err := sock.Poll(); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(sock.Status())
	if _, err := sock.PutData(ctx, []byte("hello")); err != nil {
		fmt.Println(err)
		return
	}
	buf := make([]byte, 64)
	for got := 0; got < len("hello"); <-tick.C {
		n, err := sock.GetPartialData(buf[got:]) // 0 bytes and no error: nothing yet
		if err != nil {
			fmt.Println(err)
			return
		}
		got += n
		if got == len("hello") {
			fmt.Printf("%s\n", buf[:got])
		}
	}
	// Output:
	// connecting
	// connected
	// hello
}

// A server takes what has connected; the peers that it takes are CONNECTED.
func ExampleTCPServer() {
	ctx := context.Background()
	var server peer.TCPServer
	if err := server.Listen(0, "127.0.0.1"); err != nil {
		fmt.Println(err)
		return
	}
	defer server.Stop()
	_, err := server.TakeConnection()
	fmt.Println(errors.Is(err, peer.ErrBusy)) // nobody is there yet

	var client peer.TCP
	defer client.DisconnectFromHost()
	if err := client.ConnectToHost(ctx, "127.0.0.1", server.LocalPort()); err != nil {
		fmt.Println(err)
		return
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !server.IsConnectionAvailable() {
		<-tick.C
	}
	taken, err := server.TakeConnection()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer taken.DisconnectFromHost()
	fmt.Println(taken.Status(), taken.ConnectedPort() == client.LocalPort())
	// Output:
	// true
	// connected true
}

// Typed values go over any Stream, here a Buffer. Both ends must agree on what
// comes when.
func ExampleStreamPeer() {
	ctx := context.Background()
	var buffer peer.Buffer
	s := peer.StreamPeer{Stream: &buffer}
	for _, err := range []error{
		s.PutU16(ctx, 0x1234),
		s.PutUTF8String(ctx, "hello"),
		s.PutVar(ctx, variant.Array{Values: []variant.Value{variant.String("pos"), variant.Vector2{1, -2.5}}}),
	} {
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("% x\n", buffer.DataArray()[:11])

	if err := buffer.Seek(0); err != nil {
		fmt.Println(err)
		return
	}
	n, _ := s.GetU16(ctx)
	text, _ := s.GetUTF8String(ctx, -1)
	value, err := s.GetVar(ctx)
	fmt.Println(n, text, value, err)
	_, err = s.GetU64(ctx)
	fmt.Println(err)
	// Output:
	// 34 12 05 00 00 00 68 65 6c 6c 6f
	// 4660 hello ["pos", Vector2(1, -2.5)] <nil>
	// receive: have 0 of 8 bytes
}

// An error has the family's number and the system's reason, and a read that
// blocks ends with its context.
func ExampleUDS() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.sock")

	var client peer.UDS
	err = client.ConnectToHost(path)
	fmt.Println(errors.Is(err, peer.ErrFailed), errors.Is(err, syscall.ENOENT), client.Status())

	var server peer.UDSServer
	if err := server.Listen(path); err != nil {
		fmt.Println(err)
		return
	}
	defer server.Stop()
	if err := client.ConnectToHost(path); err != nil {
		fmt.Println(err)
		return
	}
	defer client.DisconnectFromHost()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	n, err := client.GetData(ctx, make([]byte, 28))
	fmt.Println(n, errors.Is(err, context.DeadlineExceeded), client.Status())
	// Output:
	// true true none
	// 0 true connected
}

// A Set reads by itself and keeps what it has read; polls, on a tick, tell what
// has changed.
func ExampleSet() {
	l, err := listenEcho()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	addr, err := peer.ParseAddress(l.Addr().String() + "#echo")
	if err != nil {
		fmt.Println(err)
		return
	}
	set := peer.NewSet(peer.Config{})
	defer set.Close()
	id := set.Add(addr)

	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for done := false; !done; <-tick.C {
		for _, change := range set.Poll() {
			for _, event := range change.Events {
				fmt.Printf("%s: %v → %v\n", change.Row.Label, event.From, event.To)
				if event.To == peer.StatusConnected {
					if _, err := set.Send(context.Background(), id, []byte("hello")); err != nil {
						fmt.Println(err)
					}
				}
			}
			done = change.Row.Received == int64(len("hello"))
		}
	}
	buf := make([]byte, 64)
	n, _ := set.Log(id).CopyAt(buf, capture.In, 0)
	fmt.Printf("%s\n", buf[:n])
	// Output:
	// echo: none → connecting
	// echo: connecting → connected
	// hello
}
