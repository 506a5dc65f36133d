// Package views draws each part of the screen: data and a size in, lines out.
//
// It is pure. A [Frame] is everything that is to be seen; [Theme.Render]
// makes the lines of it. Text that came from outside (labels, paths, error
// texts, bytes) is sanitised here, in text.go, and nowhere else.
package views
