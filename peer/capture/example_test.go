package capture_test

import (
	"fmt"
	"time"

	"peerscope/peer/capture"
)

func Example() {
	pool := capture.NewPool(64 << 20)
	defer pool.Close()
	log := capture.NewLog(pool, time.Now)
	defer log.Close()

	// What was sent, and what a reader took from the socket.
	log.Send([]byte("PING\r\n"), func(p []byte) (int, error) { return len(p), nil })
	n := copy(log.Reserve(capture.In, 512), "+PONG\r\n")
	log.Commit(capture.In, n)

	follower := log.NewCursor(capture.Both)
	buf := make([]byte, capture.MaxCopy)
	for {
		piece, ok := follower.Next(buf, time.Time{})
		if !ok {
			break
		}
		if piece.Dropped > 0 {
			fmt.Printf("%-3v %d bytes dropped\n", piece.Dir, piece.Dropped)
			continue
		}
		fmt.Printf("%-3v %d: %q\n", piece.Dir, piece.Off, piece.Data)
	}
	// Output:
	// out 0: "PING\r\n"
	// in  0: "+PONG\r\n"
}

func ExampleLog_Before() {
	pool := capture.NewPool(64 << 20)
	defer pool.Close()
	log := capture.NewLog(pool, time.Now)
	defer log.Close()
	for _, s := range []string{"one", "two", "three"} {
		log.Commit(capture.In, copy(log.Reserve(capture.In, 512), s))
	}

	// The last two chunks, as a screen that follows shows them.
	chunks := make([]capture.Chunk, 0, 2)
	for _, c := range log.Before(chunks, time.Time{}, capture.Both) {
		buf := make([]byte, c.Len)
		n, _ := log.CopyAt(buf, c.Dir, c.Off)
		fmt.Printf("%d: %s\n", c.Off, buf[:n])
	}
	// Output:
	// 3: two
	// 6: three
}

func ExampleList() {
	pool := capture.NewPool(64 << 20)
	defer pool.Close()
	transitions := capture.NewList[string](pool, 16)
	defer transitions.Release()
	transitions.Append("none to connecting")
	transitions.Append("connecting to connected")

	next := int64(1) // where a reader left off
	items, dropped := transitions.Since(next, make([]string, 0, 10))
	fmt.Println(items, dropped)
	// Output: [connecting to connected] 0
}
