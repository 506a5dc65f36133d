package variant

// Value is one Variant: one of the types of this package, one for each [Type].
// A nil Value stands for [Nil].
type Value interface {
	// Type returns the type that the value has on the wire.
	Type() Type
	// String returns the value in Godot's notation on one line, with control
	// characters escaped and a dictionary sorted by key. It is as long as the value.
	String() string
}

// Nil is null.
type Nil struct{}

// Bool is a bool; on the wire a u32, of which only 0 is false.
type Bool bool

// Int is an int, sent in 32 bits where it fits.
type Int int64

// Float is a float, sent in 32 bits where that is exact.
type Float float64

// String is text in UTF-8 without NUL.
type String string

// StringName is a name that Godot keeps once: &"name".
type StringName string

// RID is the id of a resource of a server.
type RID uint64

// Callable is a function. None ever travels: it is sent empty.
type Callable struct{}

// Signal is a signal of an object.
type Signal struct {
	Name   string
	Object uint64 // instance id; 0 is none
}

// NodePath is a path in the scene tree, such as /root/A:position:x.
type NodePath struct {
	Names    []string // behind and between "/"
	Subnames []string // behind ":"
	Absolute bool     // begins with "/"
}

// Object is an object, or the null object (the zero value). It has been sent as
// an id, or whole, with its class and its properties.
type Object struct {
	ID         uint64 // the instance id at the sender, if it was sent as an id
	Class      string // "" for the null object and for one sent as an id
	Properties []Property
}

// Property is a stored property of an object sent whole. "script" has a path
// res://… as a String.
type Property struct {
	Name  string
	Value Value
}

// EncodedObjectAsID is the class that stands for every object where full objects
// are not allowed; it knows no more than an id.
const EncodedObjectAsID = "EncodedObjectAsID"

// null reports whether the object is the null object.
func (v Object) null() bool { return v.Class == "" && v.ID == 0 }

// encodedID returns the id of an EncodedObjectAsID, however it was sent.
func (v Object) encodedID() (id uint64, ok bool) {
	if v.Class == "" {
		return v.ID, v.ID != 0
	}
	if v.Class != EncodedObjectAsID {
		return 0, false
	}
	for _, p := range v.Properties {
		if n, isInt := p.Value.(Int); isInt && p.Name == "object_id" {
			id = uint64(n)
		}
	}
	return id, true
}

// Type implements [Value].
func (Nil) Type() Type { return TypeNil }

// Type implements [Value].
func (Bool) Type() Type { return TypeBool }

// Type implements [Value].
func (Int) Type() Type { return TypeInt }

// Type implements [Value].
func (Float) Type() Type { return TypeFloat }

// Type implements [Value].
func (String) Type() Type { return TypeString }

// Type implements [Value].
func (StringName) Type() Type { return TypeStringName }

// Type implements [Value].
func (NodePath) Type() Type { return TypeNodePath }

// Type implements [Value].
func (RID) Type() Type { return TypeRID }

// Type implements [Value].
func (Object) Type() Type { return TypeObject }

// Type implements [Value].
func (Callable) Type() Type { return TypeCallable }

// Type implements [Value].
func (Signal) Type() Type { return TypeSignal }

func (v Nil) String() string        { return text(v) }
func (v Bool) String() string       { return text(v) }
func (v Int) String() string        { return text(v) }
func (v String) String() string     { return text(v) }
func (v StringName) String() string { return text(v) }
func (v NodePath) String() string   { return text(v) }
func (v RID) String() string        { return text(v) }
func (v Object) String() string     { return text(v) }
func (v Callable) String() string   { return text(v) }
func (v Signal) String() string     { return text(v) }

// String returns up to 17 digits, as the class's traces have a float that is by
// itself; within another value it is as short as it can be, and 5 is 5.0.
func (v Float) String() string { return longFloat(float64(v)) }
