// Package tui is the Bubble Tea model of the inspector: keys, focus, the tick
// and what they do. It asks peer.Set on each tick what has changed and gives
// views plain data to draw. There is one model; its parts are plain structs
// with methods, and its state is changed in Update only.
package tui
