// Package capture keeps what went over a connection: the bytes, which way
// they went, when they arrived and where one read ended and the next began.
//
// A [Log] belongs to one peer and has two directions, [In] and [Out]. Each has
// one writer, which reserves space, has the kernel fill it and commits what
// came as one [Chunk]. Chunk times are taken under the log's lock and rise
// strictly over both directions, so a time is also a position in the log.
// Readers come in any number: [Log.CopyAt], [Log.Before] and [Log.After] for a
// screen that shows a part, a [Cursor] for a follower that must see all. A
// [List] keeps records that are no bytes: transitions, samples, notes.
//
// # Memory
//
// All of them count against one [Pool]. Bytes live in blocks of 2 KiB to 1 MiB
// that are mapped outside the Go heap and end with the index of their own
// chunks, 16 bytes each: a chunk lies in one block, and the budget takes both
// together. A reserved block stays, and so do the records of lists while any
// block can go instead. Nobody but a direction's writer holds a slice of a
// block; readers copy out under the log's lock, at most [MaxCopy] at a time.
//
// # Shares
//
// When the budget is spent, the log that uses most of it gives its oldest
// block: the bytes are counted as dropped, and kept moves on in [Log.Span]. So
// nobody loses a byte while somebody has more, whatever is left over by quiet
// peers is divided evenly among the busy ones, and a peer that is alone has all
// of it. A log counts both its directions, and gives what is oldest over both.
//
// # Spill
//
// With [Pool.SpillTo] what the budget takes stays in a file, and kept in
// [Log.Span] moves on only where bytes are nowhere any more. One goroutine writes
// the older half of the busiest logs ahead of the budget, so nobody waits for the
// disk: a block whose turn comes before it is written is dropped, and all that is
// older in its direction with it, for what is kept is one range. A block goes to
// disk with its index; about 100 bytes of it stay in memory, and count. The
// readers of a screen do not read from disk: they stop there, [Log.Wanted] tells,
// and [Log.Recall] brings the block back. [Log.ReadAt], a [Search] and a [Cursor]
// do read. Once writing has failed, the first block that goes takes all that is on
// disk of its direction with it.
//
// # Overshoot
//
// A writer never waits for memory: where nothing is left that may go,
// [Log.Reserve] still gives 2 KiB. So while lists fit into the budget beside what
// is reserved, [Pool.Used] is at most the budget plus [Overshoot] times the
// directions that had space reserved at once; the next block that is taken
// brings it down again. Lists alone may hold the whole budget and four records
// each; what is reserved at that time comes on top. Besides, up to 1 MiB of
// freed blocks (a quarter of the budget, if that is less) stays mapped for the
// next ones; it is not in Used.
//
// # Locks
//
// The order is: a log's or a list's lock, then the pool's. Nobody holds the
// locks of two logs or lists. Eviction chooses a log under the pool's lock,
// lets go of it, and then asks the log, which drops the oldest block that it
// has unless all are reserved.
package capture
