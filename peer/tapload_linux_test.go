package peer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// bulkBuffer is what the two ends of a bulk transfer write and read at once, in bytes.
const bulkBuffer = 256 << 10

// halfCloser is a connection of either family.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

func dialHalf(network, addr string) (halfCloser, error) {
	c, err := net.Dial(network, addr)
	if err != nil {
		return nil, err
	}
	return c.(halfCloser), nil
}

// childTapFar is the program behind a tap: it listens, prints where, and does
// with each connection what its kind says.
func childTapFar(kind, network, at string) error {
	serve, known := map[string]func(net.Conn){"count": countAll, "echo": smallEcho, "answer": answerOnce}[kind]
	if !known {
		return errors.New("no such far end")
	}
	l, err := net.Listen(network, at)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go acceptAll(l, func(c net.Conn) {
		serve(c)
		c.Close()
	})
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// acceptAll gives each connection a goroutine, as long as l listens.
func acceptAll(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go serve(c)
	}
}

// countAll takes bytes until they end, and answers how many there were.
func countAll(c net.Conn) {
	var total uint64
	for p := make([]byte, bulkBuffer); ; {
		n, err := c.Read(p)
		total += uint64(n)
		if err != nil {
			break
		}
	}
	c.Write(binary.BigEndian.AppendUint64(nil, total))
}

// Who ends a short connection, and how: the first byte of its message.
const (
	farCloses byte = iota
	loadHalfCloses
	loadResets
	manners
)

const shortMessage = 64 // bytes each way of a short connection

// answerOnce answers one message with the same, and closes: at once if it is
// the one to end, or when the other end has.
func answerOnce(c net.Conn) {
	p := make([]byte, shortMessage)
	if _, err := io.ReadFull(c, p); err != nil {
		return
	}
	c.Write(p)
	if p[0] != farCloses {
		c.Read(p)
	}
}

// childTapLoad is the program before a tap. Each line of its input is a
// measurement, each line of its output what came of it.
func childTapLoad(network string) error {
	var idle []net.Conn // until the process ends
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		words := strings.Fields(in.Text())
		var n [3]int
		for i, word := range words[2:] {
			var err error
			if n[i], err = strconv.Atoi(word); err != nil {
				return err
			}
		}
		var (
			out []time.Duration
			err error
		)
		switch addr := words[1]; words[0] {
		case "bulk":
			out, err = loadBulk(network, addr, int64(n[0]))
		case "pings":
			out, err = loadPings(network, addr, n[0], n[1])
		case "short":
			out, err = loadShort(network, addr, n[0], n[1], n[2])
		case "refused":
			out, err = loadRefused(network, addr, n[0])
		case "idle":
			idle, err = loadIdle(network, addr, n[0])
		default:
			err = errors.New("no such load")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", words[0], err)
		}
		for _, d := range out {
			fmt.Print(d.Nanoseconds(), " ")
		}
		fmt.Println(len(idle))
	}
	return nil
}

// loadBulk sends size bytes. Its time is that from the first one until the far
// end has had them all and has closed.
func loadBulk(network, addr string, size int64) ([]time.Duration, error) {
	c, err := dialHalf(network, addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	p := make([]byte, bulkBuffer)
	begun := time.Now()
	for left := size; left > 0; left -= int64(len(p)) {
		p = p[:min(int64(len(p)), left)]
		if _, err := c.Write(p); err != nil {
			return nil, err
		}
	}
	if err := c.CloseWrite(); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(c)
	took := time.Since(begun)
	switch {
	case err != nil:
		return nil, err
	case len(answer) != 8 || int64(binary.BigEndian.Uint64(answer)) != size:
		return nil, fmt.Errorf("of %d bytes the far end counts %x", size, answer)
	}
	return []time.Duration{took}, nil
}

// loadPings sends 64 bytes and waits for them to come back, again and again.
// It returns the median and the 99th percentile of those after the warming.
func loadPings(network, addr string, warming, count int) ([]time.Duration, error) {
	c, err := net.Dial(network, addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	p := make([]byte, 64)
	trips := make([]time.Duration, warming+count)
	for i := range trips {
		begun := time.Now()
		if _, err := c.Write(p); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(c, p); err != nil {
			return nil, err
		}
		trips[i] = time.Since(begun)
	}
	trips = trips[warming:]
	slices.Sort(trips)
	return []time.Duration{trips[count/2], trips[count*99/100]}, nil
}

// loadShort makes connections as fast as they come, over several clients at
// once, which end in the given number of manners in turn.
func loadShort(network, addr string, count, clients, manners int) ([]time.Duration, error) {
	begun := time.Now()
	err := inParallel(count, clients, func(n int64) error { return shortConn(network, addr, n, byte(n%int64(manners))) })
	return []time.Duration{time.Since(begun)}, err
}

// inParallel calls do for the numbers below count, in several goroutines, and
// returns the first error of each.
func inParallel(count, goroutines int, do func(n int64) error) error {
	var (
		next atomic.Int64
		work sync.WaitGroup
	)
	errs := make([]error, goroutines)
	for i := range errs {
		work.Go(func() {
			for errs[i] == nil {
				n := next.Add(1) - 1
				if n >= int64(count) {
					return
				}
				errs[i] = do(n)
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

// shortConn sends one message, checks the answer, and sees to the end.
func shortConn(network, addr string, n int64, manner byte) error {
	c, err := dialHalf(network, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	message := binary.BigEndian.AppendUint64([]byte{manner}, uint64(n))
	message = append(message, make([]byte, shortMessage-len(message))...)
	if _, err := c.Write(message); err != nil {
		return err
	}
	answer := make([]byte, shortMessage)
	switch _, err := io.ReadFull(c, answer); {
	case err != nil:
		return err
	case string(answer) != string(message):
		return fmt.Errorf("sent %x, got %x", message, answer)
	}
	switch tcp, _ := c.(*net.TCPConn); {
	case manner == loadResets && tcp != nil:
		return tcp.SetLinger(0)
	case manner == loadResets:
		return nil
	case manner == loadHalfCloses:
		if err := c.CloseWrite(); err != nil {
			return err
		}
	}
	if n, err := c.Read(answer); err != io.EOF {
		return fmt.Errorf("%d more bytes and %w, want the end", n, err)
	}
	return nil
}

// loadRefused connects to a tap whose target is not there, and wants to be ended.
func loadRefused(network, addr string, count int) ([]time.Duration, error) {
	begun := time.Now()
	for range count {
		c, err := net.Dial(network, addr)
		if errors.Is(err, unix.ECONNRESET) {
			continue // the end came before the dial looked
		}
		if err != nil {
			return nil, err
		}
		c.SetDeadline(time.Now().Add(patience))
		n, err := c.Read(make([]byte, 1))
		c.Close()
		if err != io.EOF && !errors.Is(err, unix.ECONNRESET) {
			return nil, fmt.Errorf("%d bytes and %w, want the end", n, err)
		}
	}
	return []time.Duration{time.Since(begun)}, nil
}

// loadIdle makes connections over each of which 1 KiB goes each way.
func loadIdle(network, addr string, count int) ([]net.Conn, error) {
	conns := make([]net.Conn, count)
	p := make([]byte, 1<<10)
	for i := range conns {
		c, err := net.Dial(network, addr)
		if err != nil {
			return nil, err
		}
		conns[i] = c
		if _, err := c.Write(p); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(c, p); err != nil {
			return nil, err
		}
	}
	return conns, nil
}
