package peer

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// call plays a method of an object and returns what it gave.
func (o *object) call(p *player, method string, s fields) (fields, error) {
	if o == nil {
		return fields{"return": noObject}, nil
	}
	args := s.object("args")
	switch {
	case method == "unreference": // Go has no destructor: whoever drops an object closes it
		o.close()
		name, _, _ := strings.Cut(s.text("do"), ".")
		p.objects[name] = nil
		return nil, nil
	case o.tcpSrv != nil || o.udsSrv != nil:
		return o.callServer(p, method, s)
	case strings.HasPrefix(method, "put_") && args["value"] != nil:
		err := putTyped(p.ctx, &o.StreamPeer, strings.TrimPrefix(method, "put_"), show(args["value"]))
		if codeOf(err) != 0 {
			err = nil // the class's return no error
		}
		return nil, err
	case method == "get_data" || method == "get_partial_data":
		return o.get(p, method, args)
	case method == "put_data" || method == "put_partial_data":
		return o.put(p, method, args)
	case method == "get_available_bytes":
		return fields{"return": o.AvailableBytes()}, nil
	case method == "set big_endian":
		on, ok := args["value"].(bool)
		if !ok {
			return nil, fmt.Errorf("big_endian is %v", args["value"])
		}
		o.BigEndian = on
		return nil, nil
	}
	if o.buffer == nil {
		got, err := o.callSocket(p, method, args)
		if !errors.Is(err, errUnknownStep) {
			return got, err
		}
	} else if got, err := o.callBuffer(method, args); !errors.Is(err, errUnknownStep) {
		return got, err
	}
	if kind, typed := strings.CutPrefix(method, "get_"); typed {
		n := int64(-1)
		if _, given := args["bytes"]; given {
			var err error
			if n, err = args.number("bytes"); err != nil {
				return nil, err
			}
		}
		text, err := getTyped(p.ctx, &o.StreamPeer, kind, int(n))
		if errors.Is(err, errUnknownStep) {
			return nil, err
		}
		return fields{"return": text}, nil // the class's return no error
	}
	return nil, errUnknownStep
}

// coded is what a call gives that returns an Error in the class.
func coded(err error) fields {
	code := codeOf(err)
	if err != nil && code == 0 {
		return fields{"return": "an error without a number: " + err.Error()}
	}
	return fields{"return": code.Name(), "code": int(code)}
}

// get plays the two reads. What the script-level ones give besides, an array,
// is what a caller makes of the slice.
func (o *object) get(p *player, method string, args fields) (fields, error) {
	bytes, err := args.number("bytes")
	if err != nil || bytes < 0 {
		return nil, err // neg in the table: this call cannot be written
	}
	buf := make([]byte, bytes)
	var n int
	if method == "get_data" {
		n, err = o.GetData(p.ctx, buf)
	} else {
		n, err = o.GetPartialData(buf)
	}
	got := coded(err)
	data := hex.EncodeToString(buf[:n])
	maps.Copy(got, fields{"count": n, "array_length": n, "data": data, "data_written": data, "buffer_written": n})
	return got, nil
}

func (o *object) put(p *player, method string, args fields) (fields, error) {
	data, err := bytesOf(args["data"])
	if err != nil {
		return nil, err
	}
	if method == "put_data" {
		_, err := o.PutData(p.ctx, data)
		return coded(err), nil
	}
	var n int
	switch repeat := args["repeat"]; repeat {
	case nil:
		n, err = o.PutPartialData(data)
	case "until it sends 0":
		n, err = p.fill(o, data)
	default:
		return nil, fmt.Errorf("unknown repeat %v", repeat)
	}
	got := coded(err)
	maps.Copy(got, fields{"sent": n, "sent_in_total": p.sentInTotal, "script_return": []any{int(codeOf(err)), n}})
	return got, nil
}

// fill writes until there is no room, and will be none. TCP probes a window that
// is closed, and may then find room for more (tcp_probe_timer in
// net/ipv4/tcp_timer.c): only a probe in vain says that all is full.
func (p *player) fill(o *object, data []byte) (n int, err error) {
	late := waitFor("the socket to be full", func() bool {
		probed := o.probedInVain()
		for sent := 1; sent > 0 && err == nil; n = sent {
			sent, err = o.PutPartialData(data)
			p.sentInTotal += int64(sent)
			probed = probed && sent == 0
		}
		return probed || err != nil
	})
	if late != nil {
		return n, late
	}
	return n, err
}

// callSocket plays a method that only TCP and UDS have.
func (o *object) callSocket(p *player, method string, args fields) (fields, error) {
	switch method {
	case "poll":
		return coded(o.sock.Poll()), nil
	case "get_status":
		status := o.sock.Status()
		return fields{"return": statusName(status), "code": int(status)}, nil
	case "disconnect_from_host":
		o.sock.DisconnectFromHost()
		return nil, nil
	case "wait":
		ms, err := args.number("timeout_ms")
		what, known := map[string]PollType{"IN": PollIn, "OUT": PollOut, "IN_OUT": PollInOut}[args.text("type")]
		if err != nil || !known {
			return nil, fmt.Errorf("unknown wait for %v: %w", args, err)
		}
		return coded(o.sock.Wait(p.ctx, what, time.Duration(ms)*time.Millisecond)), nil
	}
	if o.uds != nil {
		return o.callUDS(p, method, args)
	}
	return o.callTCP(p, method, args)
}

func (o *object) callTCP(p *player, method string, args fields) (fields, error) {
	switch method {
	case "connect_to_host", "bind":
		port, err := p.names.port(args["port"])
		if err != nil {
			return nil, err
		}
		if method == "bind" {
			return coded(o.tcp.Bind(port, args.text("host"))), nil
		}
		return coded(o.tcp.ConnectToHost(p.ctx, args.text("host"), port)), nil
	case "get_local_port":
		return fields{"return": o.tcp.LocalPort()}, nil
	case "get_connected_host":
		return fields{"return": o.tcp.ConnectedHost()}, nil
	case "get_connected_port":
		return fields{"return": o.tcp.ConnectedPort()}, nil
	case "set_no_delay":
		on, ok := args["enabled"].(bool)
		if !ok {
			return nil, fmt.Errorf("enabled is %v", args["enabled"])
		}
		_ = o.tcp.SetNoDelay(on) // the class's returns no error
		return o.kernelOptions()
	}
	return nil, errUnknownStep
}

func (o *object) callUDS(p *player, method string, args fields) (fields, error) {
	switch method {
	case "connect_to_host", "bind":
		path, err := p.names.pathText(args.text("path"))
		if err != nil {
			return nil, err
		}
		if method == "connect_to_host" {
			return coded(o.uds.ConnectToHost(path)), nil
		}
		got := coded(o.uds.Bind(path))
		open := false
		o.onConn(func(*conn) { open = true })
		maps.Copy(got, fields{"socket_open": open, "path_exists": fileExists(path)})
		return got, nil
	case "get_connected_path":
		return fields{"return": o.uds.ConnectedPath()}, nil
	}
	return nil, errUnknownStep
}

// callServer plays a method of a server.
func (o *object) callServer(p *player, method string, s fields) (fields, error) {
	server := interface {
		IsListening() bool
		IsConnectionAvailable() bool
		Stop()
		TakeSocketConnection() (SocketPeer, error)
	}(o.tcpSrv)
	if o.udsSrv != nil {
		server = o.udsSrv
	}
	switch method {
	case "listen":
		return o.listen(p, s.object("args"))
	case "is_listening":
		return fields{"return": server.IsListening()}, nil
	case "is_connection_available":
		return fields{"return": server.IsConnectionAvailable()}, nil
	case "stop":
		server.Stop()
		return nil, nil
	case "get_local_port":
		if o.tcpSrv != nil {
			return fields{"return": o.tcpSrv.LocalPort()}, nil
		}
	case "take_socket_connection":
		taken, err := server.TakeSocketConnection()
		return p.taken(s, taken, err)
	case "take_connection":
		if o.tcpSrv != nil {
			taken, err := o.tcpSrv.TakeConnection()
			return p.taken(s, taken, err)
		}
		taken, err := o.udsSrv.TakeConnection()
		return p.taken(s, taken, err)
	}
	return nil, errUnknownStep
}

func (o *object) listen(p *player, args fields) (fields, error) {
	if o.udsSrv != nil {
		path, err := p.names.pathText(args.text("path"))
		if err != nil {
			return nil, err
		}
		o.path = path
		return coded(o.udsSrv.Listen(path)), nil
	}
	port, err := p.names.port(args["port"])
	if err != nil {
		return nil, err
	}
	return coded(o.tcpSrv.Listen(port, args.text("bind_address"))), nil
}

// taken gives the peer that a server returned its name; the class returns null
// where ours returns an error.
func (p *player) taken(s fields, taken SocketPeer, err error) (fields, error) {
	as := s.text("as")
	if err != nil {
		if as != "" {
			p.objects[as] = nil
		}
		return fields{"return": nil}, nil
	}
	o := &object{mode: p.mode}
	switch taken := taken.(type) {
	case *TCP:
		o.class, o.tcp = "StreamPeerTCP", taken
	case *UDS:
		o.class, o.uds = "StreamPeerUDS", taken
	}
	if as == "" {
		taken.DisconnectFromHost()
		return nil, errors.New("the step has no name for what it takes")
	}
	p.add(as, o)
	return fields{"return": o.class}, nil
}
