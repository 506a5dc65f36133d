package views

import "time"

// sceneSinceStart is the demo with times since the peer's first fact.
func sceneSinceStart() *Frame {
	f := sceneDemo()
	f.Focus = PaneBytes
	start := f.Timeline.Events[0].Time
	f.Bytes.Times, f.Bytes.Start = TimesSinceStart, start
	f.Timeline.Times, f.Timeline.Start = TimesSinceStart, start
	return f
}

// sceneSincePrevious is the demo frozen, each time counted from the chunk or
// the event before.
func sceneSincePrevious() *Frame {
	f := sceneDemo()
	f.Focus = PaneBytes
	f.Bytes.Frozen, f.Bytes.Behind = true, 1363149
	f.Bytes.Times, f.Timeline.Times = TimesSincePrevious, TimesSincePrevious
	f.Timeline.Events[1].Late = 250 * time.Millisecond
	return f
}
