package views

import "time"

// sceneOldest is a view that was frozen on bytes which the budget took since: it
// stands at the oldest that are kept, of both directions.
func sceneOldest() *Frame {
	f := sceneDemo()
	f.Focus = PaneBytes
	f.Title.Dropped = 13 << 20
	f.Bytes.Frozen, f.Bytes.Behind, f.Bytes.Dropped = true, 64<<20, 13<<20
	f.Notice = Notice{Text: "the bytes shown were dropped; moved to the oldest kept", Bad: true}
	return f
}

// sceneDropped is the oldest that is kept, in rows of per bytes: bytes of both
// directions are gone before it.
func sceneDropped(per int) []Line {
	lines := sceneLines(per)
	return append([]Line{{Kind: LineDropped, Len: 1 << 20}, lines[0], {Kind: LineGap, Gap: 75 * time.Second}}, lines[1:]...)
}
