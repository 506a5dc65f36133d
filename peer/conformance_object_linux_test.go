package peer

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// object is one object of the class, as a trace names it.
type object struct {
	class string
	mode  mode

	sock   *Socket // of a TCP or UDS
	tcp    *TCP
	uds    *UDS
	tcpSrv *TCPServer
	udsSrv *UDSServer
	buffer *Buffer
	StreamPeer

	log     *capture.Log // of the reader; nil without
	path    string       // where a UDSServer was last told to listen
	defined *conn        // the connection whose local port has its name
}

func (p *player) newObject(name, class string) (fields, error) {
	o := &object{class: class, mode: p.mode}
	switch class {
	case "StreamPeerTCP":
		o.tcp = &TCP{}
	case "StreamPeerUDS":
		o.uds = &UDS{}
	case "TCPServer":
		o.tcpSrv = &TCPServer{}
	case "UDSServer":
		o.udsSrv = &UDSServer{}
	case "", "StreamPeerBuffer": // the file leaves out the class of a buffer
		if class == "" && !strings.HasPrefix(name, "buffer") {
			return nil, errors.New("the object has no class")
		}
		o.class, o.buffer = "StreamPeerBuffer", &Buffer{}
		o.Stream = o.buffer
	default:
		return nil, fmt.Errorf("unknown class %q", class)
	}
	if p.sys != nil {
		p.onStandIn(o)
	}
	p.add(name, o)
	return fields{"big_endian": o.BigEndian}, nil
}

// onStandIn puts an object on a stand-in for the kernel.
func (p *player) onStandIn(o *object) {
	switch {
	case o.tcp != nil:
		o.tcp.sys = p.sys
	case o.uds != nil:
		o.uds.sys = p.sys
	case o.tcpSrv != nil:
		o.tcpSrv.sys = p.sys
	case o.udsSrv != nil:
		o.udsSrv.sys = p.sys
	}
}

// add gives an object its name, and a socket its clock, its timeout and, if the
// mode says so, its reader.
func (p *player) add(name string, o *object) {
	if old := p.objects[name]; old != nil {
		old.close()
	}
	p.objects[name] = o
	switch {
	case o.tcp != nil:
		o.Stream, o.sock = o.tcp, &o.tcp.Socket
	case o.uds != nil:
		o.Stream, o.sock = o.uds, &o.uds.Socket
	default:
		return
	}
	o.sock.mu.Lock()
	o.sock.now = p.clock.now
	o.sock.mu.Unlock()
	o.sock.SetConnectTimeout(p.timeouts[o.class])
	if p.mode != byItself {
		p.attach(o)
	}
}

// attach gives a socket a reader, as a Set does.
func (p *player) attach(o *object) {
	pool := capture.NewPool(subjectPool)
	o.log = capture.NewLog(pool, p.clock.now)
	var work sync.WaitGroup
	o.sock.attach(&sink{log: o.log, event: func(Event) {}, mark: func() {}, spawn: work.Go})
	p.ending = append(p.ending, func() error {
		work.Wait()
		o.log.Close()
		if used := pool.Used(); used != 0 {
			return errors.Join(fmt.Errorf("%d bytes of the pool are still used", used), pool.Close())
		}
		return pool.Close()
	})
}

func (o *object) close() {
	switch {
	case o == nil:
	case o.sock != nil:
		o.sock.DisconnectFromHost()
	case o.tcpSrv != nil:
		o.tcpSrv.Stop()
	case o.udsSrv != nil:
		o.udsSrv.Stop()
	}
}

// state is what the file tells of an object after a step.
func (o *object) state() (fields, error) {
	switch {
	case o.tcp != nil:
		s := o.streamState()
		s["host"], s["port"], s["local_port"] = o.tcp.ConnectedHost(), o.tcp.ConnectedPort(), o.tcp.LocalPort()
		return s, nil
	case o.uds != nil:
		s := o.streamState()
		s["path"] = o.uds.ConnectedPath()
		return s, nil
	case o.tcpSrv != nil:
		return fields{"listening": o.tcpSrv.IsListening(), "connection_available": o.tcpSrv.IsConnectionAvailable(),
			"local_port": o.tcpSrv.LocalPort()}, nil
	case o.udsSrv != nil:
		return fields{"listening": o.udsSrv.IsListening(), "connection_available": o.udsSrv.IsConnectionAvailable(),
			"path_exists": fileExists(o.path)}, nil
	case o.buffer != nil:
		s := bufferState(o.buffer)
		s["available"] = o.buffer.AvailableBytes()
		return s, nil
	}
	return nil, fmt.Errorf("a %s has no state", o.class)
}

func (o *object) streamState() fields {
	status := o.sock.Status()
	return fields{"status": statusName(status), "value": int(status), "available": o.sock.AvailableBytes()}
}

func bufferState(b *Buffer) fields {
	return fields{"size": b.Size(), "position": b.Position(), "data": hex.EncodeToString(b.DataArray())}
}

func statusName(s Status) string { return strings.ToUpper(s.String()) }

func (o *object) connectionAvailable() bool {
	if o.tcpSrv != nil {
		return o.tcpSrv.IsConnectionAvailable()
	}
	return o.udsSrv != nil && o.udsSrv.IsConnectionAvailable()
}

// What follows asks the kernel and the reader, and not the class.

func (o *object) onConn(ask func(c *conn)) {
	o.sock.mu.Lock()
	defer o.sock.mu.Unlock()
	if c := o.sock.conn; c != nil {
		ask(c)
	}
}

// kernelSays returns the events of poll(2).
func (o *object) kernelSays(ask int16) (events int16) {
	o.onConn(func(c *conn) { events = pollNow(system{}, c.fd, ask) })
	return events
}

// failed reports whether a reader has recorded an error.
func (o *object) failed() (failed bool) {
	o.onConn(func(c *conn) {
		c.recv.Lock()
		defer c.recv.Unlock()
		failed = c.facts.err != nil
	})
	return failed
}

// readerHas reports whether the reader knows of something, where it is waited for.
func (o *object) readerHas(known func(facts) bool) (has bool) {
	if o.mode != readerFirst {
		return true
	}
	o.onConn(func(c *conn) {
		c.recv.Lock()
		defer c.recv.Unlock()
		has = c.file == nil || known(c.facts)
	})
	return has
}

// readerTook reports whether the reader has taken so many bytes, where it is waited for.
func (o *object) readerTook(n int64) bool {
	return o.mode != readerFirst || o.log.Unread(capture.In) >= n
}

// probedInVain reports whether TCP has sent and was told that there is no room.
// A Unix socket is full at once.
func (o *object) probedInVain() bool {
	in := true
	o.onConn(func(c *conn) {
		if c.family == FamilyTCP {
			info, err := unix.GetsockoptTCPInfo(c.fd, unix.IPPROTO_TCP, unix.TCP_INFO)
			in = err == nil && info.Backoff > 0
		}
	})
	return in
}

// kernelOptions are the options of the kernel's socket that the file tells.
func (o *object) kernelOptions() (got fields, err error) {
	got = fields{}
	o.onConn(func(c *conn) {
		var on int
		if c.family == FamilyTCP {
			on, err = unix.GetsockoptInt(c.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
			got["kernel_TCP_NODELAY"] = on != 0
		}
	})
	return got, err
}

// definePort says what a local port's name stands for: the port of a socket
// that has been opened since the name was last told, as the kernel has it.
func (p *player) definePort(s fields, object, name string, o *object) error {
	switch {
	case !portName.MatchString(name):
		return nil
	case o.tcpSrv != nil:
		_, given := s.object("args")["port"].(string)
		if s.text("do") != object+".listen" || given {
			return nil
		}
		o.tcpSrv.mu.Lock()
		defer o.tcpSrv.mu.Unlock()
		if o.tcpSrv.listener == nil {
			return nil
		}
		return p.defineFD(name, o.tcpSrv.listener.fd)
	case !strings.HasSuffix(name, " port>"): // "<port>" is the server's
		return nil
	}
	var err error
	o.onConn(func(c *conn) {
		if o.defined != c {
			o.defined = c
			err = p.defineFD(name, c.fd)
		}
	})
	return err
}

func (p *player) defineFD(name string, fd int) error {
	port, err := kernelPort(fd)
	if err != nil {
		return err
	}
	return p.names.definePort(name, port)
}
