package views

import (
	"time"

	"peerscope/peer"
)

func figure[T any](v T) peer.Figure[T] { return peer.Figure[T]{Value: v, Known: true} }

// sceneTCPDetails is what Linux says of a connection that is well.
func sceneTCPDetails() *peer.Details {
	return &peer.Details{
		Family: peer.FamilyTCP, Local: "127.0.0.1:6380", Remote: "127.0.0.1:50122",
		TCP: peer.TCPDetails{
			State: "ESTAB", Congestion: "cubic",
			RTT: figure(123 * time.Microsecond), RTTVar: figure(45 * time.Microsecond), MinRTT: figure(12 * time.Microsecond),
			Retrans: figure[int64](0), Retransmits: figure[int64](0), Unacked: figure[int64](0), Lost: figure[int64](0),
			NotSent: figure[int64](0), Cwnd: figure[int64](10), CwndBytes: figure[int64](327_680), MSS: figure[int64](32_768),
			DeliveryRate: figure[int64](1_123_000_000), PacingRate: figure[int64](99_999_000_000),
			BytesAcked: figure[int64](12_431), BytesReceived: figure[int64](9_812_000),
			LastSent: figure(12 * time.Millisecond), LastReceived: figure(1204 * time.Millisecond),
			SendWindow: figure[int64](65_536), RecvWindow: figure[int64](65_536), RecvSpace: figure[int64](65_483),
		},
		Options: peer.Options{
			RecvBuf: figure[int64](131_072), SendBuf: figure[int64](2_626_560), NoDelay: figure(true), KeepAlive: figure(false),
		},
		Memory: peer.Memory{Recv: figure[int64](0), Send: figure[int64](0)},
	}
}

// sceneStuck is a connection whose other end takes nothing and has ended its sending.
func sceneStuck() *peer.Details {
	d := sceneTCPDetails()
	d.Local, d.Remote = "[::1]:6380", "[2001:db8:1234:5678:9abc:def0:1234:5678]:50122"
	d.TCP.State, d.TCP.Congestion = "CLOSE-WAIT", "bbr"
	d.TCP.RTT, d.TCP.RTTVar = figure(201*time.Millisecond), figure(999900*time.Microsecond)
	d.TCP.Retrans, d.TCP.Retransmits, d.TCP.Lost = figure[int64](4_294_967_295), figure[int64](3), figure[int64](2)
	d.TCP.Unacked, d.TCP.NotSent, d.TCP.SendWindow = figure[int64](12), figure[int64](2_513_000), figure[int64](0)
	d.TCP.DeliveryRate = peer.Figure[int64]{}
	d.TCP.LastReceived = figure(123 * time.Second)
	d.Options.KeepAlive, d.Options.KeepIdle = figure(true), figure(7200*time.Second)
	d.Options.KeepInterval, d.Options.KeepCount = figure(75*time.Second), figure[int64](9)
	d.Options.UserTimeout, d.Options.Linger = figure(30*time.Second), figure(time.Duration(0))
	d.Memory.Send = figure[int64](2_600_000)
	return d
}

// sceneUDSDetails is what Linux says of a Unix socket.
func sceneUDSDetails() *peer.Details {
	return &peer.Details{
		Family: peer.FamilyUDS, Remote: "/run/postgresql/.s.PGSQL.5432",
		Peer: peer.Credentials{PID: figure[int64](4711), UID: figure[int64](0), GID: figure[int64](114), Program: "postgres\x1b[2J"},
		Options: peer.Options{
			RecvBuf: figure[int64](212_992), SendBuf: figure[int64](212_992), PassCred: figure(false), Type: "stream",
		},
		Memory: peer.Memory{Recv: figure[int64](0), Send: figure[int64](53_248)},
	}
}

// sceneDetails is the demo with the details of both sides of a tap.
func sceneDetails() *Frame {
	f := sceneDemo()
	f.Focus = PaneBytes
	f.Details = &Details{Title: "pg", Sections: []DetailSection{
		{Title: "client side", Lines: DetailLines(sceneTCPDetails())},
		{Title: "server side", Lines: DetailLines(sceneUDSDetails())},
	}}
	return f
}

// sceneHeld is a tap with one direction held.
func sceneHeld() *Frame {
	f := sceneDemo()
	f.Focus = PaneInspector
	f.Details = &Details{Title: "pg", Sections: []DetailSection{
		{Title: "→ held", Bars: []Bar{
			{Name: "unread", Bytes: 65_536, Used: 65_536, Limit: 65_536},
			{Name: "recv-q", Bytes: 113_152, Used: 116_480, Limit: 131_072},
			{Name: "far send-q", Bytes: 1_163_611, Used: 1_236_827, Limit: 4_194_304},
		}},
		{Title: "← flowing", Bars: []Bar{
			{Name: "unread", Bytes: 0, Used: 0, Limit: 65_536},
			{Name: "recv-q", Bytes: 812, Used: 2_304, Limit: 212_992},
			{Name: "far send-q", Bytes: 1_280, Approx: true, Used: 1_280, Limit: 212_992},
		}},
		{Title: "client side", Lines: DetailLines(sceneStuck())},
		{Title: "server side", Lines: DetailLines(sceneUDSDetails())},
	}}
	return f
}

// sceneScrolled is a far end on another machine, and the details at their end.
func sceneScrolled() *Frame {
	f := sceneHeld()
	f.Focus = PaneBytes
	f.Details.Sections[0].Bars[2] = Bar{Name: "far send-q", Bytes: -1, Used: -1, Limit: -1}
	f.Details.Scroll = 7
	return f
}
