package views

import (
	"strconv"
	"time"

	"peerscope/peer"
)

// DetailLines is what the kernel says of one socket, as lines: first whether and
// why it does not move. What a system has no figure for is "–"; an option that
// is only known where it is set has no line elsewhere.
func DetailLines(d *peer.Details) []DetailLine {
	lines := make([]DetailLine, 0, 32)
	for _, name := range [...]struct{ name, address string }{{"local", d.Local}, {"remote", d.Remote}} {
		if name.address != "" {
			lines = append(lines, DetailLine{Name: name.name, Value: Reading{Text: name.address}, Wide: true})
		}
	}
	if d.Family == peer.FamilyUDS {
		lines = credentialLines(lines, &d.Peer)
	} else {
		lines = tcpLines(lines, &d.TCP)
	}
	return optionLines(lines, d)
}

// credentialLines tells who is at the other end of a Unix socket.
func credentialLines(lines []DetailLine, c *peer.Credentials) []DetailLine {
	if c.Program != "" {
		lines = append(lines, DetailLine{Name: "program", Value: Reading{Text: c.Program}, Wide: true})
	}
	id := func(f peer.Figure[int64]) Reading { // 0 is a person's number like any other
		r := count(f)
		if f.Known {
			r.Look = LookPlain
		}
		return r
	}
	return append(lines, DetailLine{Name: "pid", Value: id(c.PID)}, DetailLine{Name: "uid", Value: id(c.UID)},
		DetailLine{Name: "gid", Value: id(c.GID)})
}

// tcpLines is TCP_INFO in the words of ss(8).
func tcpLines(lines []DetailLine, t *peer.TCPDetails) []DetailLine {
	if t.State == "" { // the system tells nothing
		return append(lines, DetailLine{Name: "state", Value: noReading, More: Reading{Text: t.Congestion}})
	}
	state := Reading{Text: t.State}
	if t.State != "ESTAB" {
		state.Look = LookAttention
	}
	return append(lines,
		DetailLine{Name: "state", Value: state, More: Reading{Text: t.Congestion}},
		DetailLine{Name: "rtt", Value: lap(t.RTT), More: with("±", lap(t.RTTVar), "")},
		DetailLine{Name: "retrans", Value: alarm(count(t.Retrans)), More: with("", alarm(count(t.Retransmits)), " now")},
		DetailLine{Name: "unacked", Value: count(t.Unacked), More: with("", alarm(count(t.Lost)), " lost")},
		DetailLine{Name: "cwnd", Value: size(t.CwndBytes), More: with("", count(t.Cwnd), " segs")},
		DetailLine{Name: "notsent", Value: size(t.NotSent)},
		DetailLine{Name: "snd_wnd", Value: offered(t.SendWindow)},
		DetailLine{Name: "rcv_wnd", Value: offered(t.RecvWindow)},
		DetailLine{Name: "rcv_space", Value: size(t.RecvSpace)},
		DetailLine{Name: "delivery", Value: rate(t.DeliveryRate)},
		DetailLine{Name: "pacing", Value: rate(t.PacingRate)},
		DetailLine{Name: "acked", Value: size(t.BytesAcked)},
		DetailLine{Name: "received", Value: size(t.BytesReceived)},
		DetailLine{Name: "lastsnd", Value: ago(t.LastSent)},
		DetailLine{Name: "lastrcv", Value: ago(t.LastReceived)},
		DetailLine{Name: "minrtt", Value: lap(t.MinRTT)},
		DetailLine{Name: "mss", Value: count(t.MSS)},
	)
}

// optionLines is the options in force, in the words of socket(7), tcp(7) and unix(7).
func optionLines(lines []DetailLine, d *peer.Details) []DetailLine {
	o := &d.Options
	if o.Type != "" {
		lines = append(lines, DetailLine{Name: "type", Value: Reading{Text: o.Type}})
	}
	receive, send := used(d.Memory.Recv, o.RecvBuf), used(d.Memory.Send, o.SendBuf)
	if d.Family == peer.FamilyUDS {
		receive = Reading{} // what waits there counts against the sender's buffer
	}
	lines = append(lines, DetailLine{Name: "rcvbuf", Value: size(o.RecvBuf), More: receive},
		DetailLine{Name: "sndbuf", Value: size(o.SendBuf), More: send})
	if d.Family == peer.FamilyTCP {
		lines = append(lines, DetailLine{Name: "nodelay", Value: onOff(o.NoDelay)}, keepAliveLine(o))
	}
	if o.PassCred.Known {
		lines = append(lines, DetailLine{Name: "passcred", Value: onOff(o.PassCred)})
	}
	if o.UserTimeout.Known {
		lines = append(lines, DetailLine{Name: "user_timeout", Value: pause(o.UserTimeout)})
	}
	if o.Linger.Known {
		line := DetailLine{Name: "linger", Value: Reading{Text: seconds(o.Linger.Value)}}
		if o.Linger.Value == 0 {
			line.More = Reading{Text: "resets"}
		}
		lines = append(lines, line)
	}
	return lines
}

// keepAliveLine is after how long without traffic probes begin, how many there are and how far apart.
func keepAliveLine(o *peer.Options) DetailLine {
	line := DetailLine{Name: "keepalive", Value: onOff(o.KeepAlive)}
	if o.KeepIdle.Known {
		line.Value = Reading{Text: seconds(o.KeepIdle.Value)}
	}
	if o.KeepInterval.Known && o.KeepCount.Known {
		line.More = Reading{Text: "+" + strconv.FormatInt(o.KeepCount.Value, 10) + "×" + seconds(o.KeepInterval.Value)}
	}
	return line
}

// seconds are whole ones, in which these options are set.
func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + " s" }

// noReading is where there is no figure.
var noReading = Reading{"–", LookFaint}

// reading is a figure as text; a zero is faint.
func reading[T int64 | time.Duration](f peer.Figure[T], format func([]byte, T) []byte) Reading {
	if !f.Known {
		return noReading
	}
	var b [32]byte
	r := Reading{Text: string(format(b[:0], f.Value))}
	if f.Value == 0 {
		r.Look = LookFaint
	}
	return r
}

func size(f peer.Figure[int64]) Reading { return reading(f, appendSize) }

func rate(f peer.Figure[int64]) Reading {
	return reading(f, func(b []byte, n int64) []byte { return append(appendSize(b, n), "/s"...) })
}

func count(f peer.Figure[int64]) Reading {
	return reading(f, func(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) })
}

func pause(f peer.Figure[time.Duration]) Reading { return reading(f, appendPause) }

// lap is a round trip: its microseconds count up to a thousand of them.
func lap(f peer.Figure[time.Duration]) Reading {
	return reading(f, func(b []byte, d time.Duration) []byte {
		if d < time.Millisecond {
			return append(strconv.AppendInt(b, int64(d/time.Microsecond), 10), " µs"...)
		}
		return appendPause(b, d)
	})
}

// ago is how long ago something was, which the kernel knows to the millisecond at best.
func ago(f peer.Figure[time.Duration]) Reading {
	r := reading(f, func(b []byte, d time.Duration) []byte {
		if d < time.Second {
			return append(strconv.AppendInt(b, int64(d/time.Millisecond), 10), " ms"...)
		}
		return appendPause(b, d)
	})
	if f.Known {
		r.Look = LookPlain
	}
	return r
}

// offered is an offered window: a closed one explains why nothing moves.
func offered(f peer.Figure[int64]) Reading {
	r := size(f)
	if f.Known && f.Value == 0 {
		r.Look = LookAttention
	}
	return r
}

// alarm calls for attention unless it is zero.
func alarm(r Reading) Reading {
	if r.Look == LookPlain {
		r.Look = LookAttention
	}
	return r
}

// with puts a reading into words; no figure needs none.
func with(before string, r Reading, behind string) Reading {
	if r == noReading {
		return Reading{}
	}
	r.Text = before + r.Text + behind
	return r
}

// used is how much of a buffer is taken.
func used(memory, buffer peer.Figure[int64]) Reading {
	if !memory.Known || !buffer.Known || buffer.Value <= 0 {
		return Reading{}
	}
	percent := peer.Figure[int64]{Value: int64(float64(memory.Value) / float64(buffer.Value) * 100), Known: true}
	r := with("", count(percent), "% full")
	if percent.Value >= fullPercent {
		r.Look = LookAttention
	}
	return r
}

func onOff(f peer.Figure[bool]) Reading {
	switch {
	case !f.Known:
		return noReading
	case f.Value:
		return Reading{Text: "on"}
	}
	return Reading{"off", LookFaint}
}
