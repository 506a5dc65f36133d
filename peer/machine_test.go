package peer

import "testing"

// TestJudge is spec §2.6, one line an event: what it makes of NONE, CONNECTING,
// CONNECTED and ERROR. "same" is a cell that cannot occur or changes nothing.
// What the matrix says of busy sockets (22) and of reads and writes in the
// wrong status is refused before a fact comes about; TestConnecting holds it.
func TestJudge(t *testing.T) {
	same := func(s Status) verdict { return verdict{next: s} }
	to := func(s Status) func(Status) verdict { return func(Status) verdict { return verdict{next: s} } }
	closes := func(s Status, code Error) func(Status) verdict {
		return func(Status) verdict { return verdict{next: s, code: code, closes: true} }
	}
	const none, connecting, connected, failed = StatusNone, StatusConnecting, StatusConnected, StatusError
	rows := []struct {
		event string
		fact  fact
		cells [4]func(Status) verdict
	}{
		{"connect, pending", connectPending, [4]func(Status) verdict{to(connecting), same, same, to(connecting)}},
		{"connect, immediate success", connectDone, [4]func(Status) verdict{to(connected), same, same, to(connected)}},
		{"connect, immediate failure", connectFailed, [4]func(Status) verdict{closes(none, 1), same, same, closes(none, 1)}},
		{"accept (new peer object)", accepted, [4]func(Status) verdict{to(connected), same, same, same}},
		{"poll, connect still pending", pollPending, [4]func(Status) verdict{same, same, same, same}},
		{"poll, connect ok", pollEstablished, [4]func(Status) verdict{same, to(connected), same, same}},
		{"poll, refused or unreachable", pollRefused, [4]func(Status) verdict{same, closes(failed, 27), same, same}},
		{"poll, deadline passed", pollLate, [4]func(Status) verdict{same, closes(failed, 27), same, same}},
		{"poll, idle or data available", pollIdle, [4]func(Status) verdict{same, same, same, same}},
		{"poll, FIN, nothing unread", pollEOF, [4]func(Status) verdict{same, same, closes(none, 0), same}},
		{"poll, RST", pollReset, [4]func(Status) verdict{same, same, closes(failed, 1), same}},
		{"read at EOF", readEOF, [4]func(Status) verdict{same, same, closes(none, 18), same}},
		{"read after RST, drained", readFailed, [4]func(Status) verdict{same, same, closes(none, 1), same}},
		{"write to closed peer", writeFailed, [4]func(Status) verdict{same, same, closes(none, 1), same}},
		{"disconnect_from_host", disconnected, [4]func(Status) verdict{closes(none, 0), closes(none, 0), closes(none, 0), closes(none, 0)}},
	}
	if len(rows) != int(disconnected)+1 {
		t.Errorf("%d facts of %d have a row", len(rows), disconnected+1)
	}
	for _, row := range rows {
		for s, cell := range row.cells {
			if got, want := judge(Status(s), row.fact), cell(Status(s)); got != want {
				t.Errorf("%s in %v: %+v, want %+v", row.event, Status(s), got, want)
			}
		}
	}
}

func TestNamesAreTheFamilys(t *testing.T) {
	for code, want := range map[Error]string{
		0: "OK", 1: "FAILED", 18: "ERR_FILE_EOF", 22: "ERR_ALREADY_IN_USE", 26: "ERR_CANT_RESOLVE",
		27: "ERR_CONNECTION_ERROR", 31: "ERR_INVALID_PARAMETER", 44: "ERR_BUSY", 47: "ERR_47",
	} {
		if code.Name() != want {
			t.Errorf("%d is %s, want %s", uint8(code), code.Name(), want)
		}
	}
	if got := ErrConnectionError.Error(); got != "ERR_CONNECTION_ERROR (27)" {
		t.Error(got)
	}
	for s, want := range map[Status]string{0: "none", 1: "connecting", 2: "connected", 3: "error", 4: "invalid"} {
		if s.String() != want {
			t.Errorf("%d is %s, want %s", uint8(s), s, want)
		}
	}
}
