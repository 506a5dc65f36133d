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

// sceneRuler is the inspector's demo with the ruler below the bytes, or, where
// the inspector stands alone, in its foot.
func sceneRuler() *Frame {
	f := sceneInspector()
	f.Focus = PaneInspector
	f.Bytes.Ruler = &Ruler{Out: true, Offset: 0x105, Nth: 6, Len: 48, Time: at(1234 * time.Microsecond), Age: 12400 * time.Millisecond}
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
