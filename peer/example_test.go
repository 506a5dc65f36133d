package peer_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
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
