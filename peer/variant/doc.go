// Package variant reads and writes Godot's Variants, the values that put_var
// and get_var of a stream peer carry, and shows where each part of one lies in
// its bytes.
//
// It is pure: it knows no socket and no screen. The wire format is section 4.2
// of the family's specification, as a single-precision build of Godot 4.6 has it:
// a header of 32 bits (the type, and flags), then the body, little-endian and
// padded to 4 bytes.
//
// # Values
//
// Each of the 39 types of Godot is one Go type: [Int], [String], [Vector3],
// [Dictionary] … They are plain data, and String writes one in Godot's notation.
// Numbers of vectors are kept as float64, for a double-precision build sends
// them so; they go out as float32 wherever that loses nothing.
//
// # Hostile bytes
//
// [Decode] and [Tree] take bytes from anybody. They never panic, read each byte
// a bounded number of times, stop at a nesting of 1024 as the class does, and
// allocate at most a constant times what they are given: a count is checked
// against the bytes that are left, or believed element by element.
//
// # Objects
//
// An object is data here and is never made: [Decode] reads one that was sent
// whole only where [Options] allow it, takes its class name as it comes, and
// looks for no script. One that was sent as an id is that id. Without full
// objects an object is written as null, for we have no instance ids (Q28).
package variant
