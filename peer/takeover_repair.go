package peer

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// putBack leaves the path as if it had not been taken over, from wherever that
// was interrupted, and gives up the claim. The note says what was done. After an
// error the claim is still there.
func (c *claim) putBack() (note string, err error) {
	if c.blank {
		note, err = c.abandon()
	} else if err = c.settle(); err == nil {
		note, err = c.undo()
	}
	if err == nil {
		afterStep("put back")
		err = c.release()
	}
	return note, err
}

// abandon ends a takeover whose journal says nothing yet: the path is untouched,
// and there is at most a socket of its own aside, which nobody knows of.
func (c *claim) abandon() (string, error) {
	aside, err := c.dir.lstat(c.aside())
	if err == nil && aside.ownSocket() && (aside.is(c.journal.Ours) || !c.live && !c.answers(c.aside())) {
		err = c.dir.unlink(c.aside())
	}
	return "left " + c.path() + " as it was", err
}

// undo judges what is at the path and what is aside.
func (c *claim) undo() (string, error) {
	path, err := c.dir.lstat(c.base)
	if err != nil {
		return "", err
	}
	aside, err := c.dir.lstat(c.aside())
	if err != nil {
		return "", err
	}
	ours := c.isOurs(c.base, path)
	original := aside.ownSocket() && !aside.is(c.journal.Ours) // also one that its server made just before the exchange
	switch {
	case path.is(c.journal.Original):
		return "left " + c.path() + " as it was", c.drop(aside)
	case ours && original:
		return c.exchangeBack()
	case ours:
		return fmt.Sprintf("removed %s: the server's socket has gone from %s", c.path(), c.dir.at(c.aside())), c.dir.unlink(c.base)
	case original && path.exists:
		return c.leaveBoth()
	case original:
		return c.returnTo()
	case path.exists:
		return c.leave(), c.drop(aside)
	}
	return c.path() + " was removed: nothing is left to put back", c.drop(aside)
}

// exchangeBack is the usual end: ours is at the path, the original aside.
func (c *claim) exchangeBack() (string, error) {
	if err := c.exchange(); err != nil {
		return "", err
	}
	afterStep("exchanged back")
	aside, err := c.dir.lstat(c.aside())
	switch {
	case err != nil:
		return "", err
	case !aside.is(c.journal.Ours): // the server was quicker: what was at the path is its new socket
		if err := c.exchange(); err != nil {
			return "", err
		}
		return c.leaveBoth()
	}
	note := "put back " + c.path()
	if !c.answers(c.base) {
		note += ", at which nobody answers any more"
	}
	return note, c.dir.unlink(c.aside())
}

// leaveBoth leaves a path that is not ours any more, and takes the original away
// if its server has ended.
func (c *claim) leaveBoth() (string, error) {
	if c.answers(c.aside()) {
		return fmt.Sprintf("%s; the old server still answers at %s, which stays", c.leave(), c.dir.at(c.aside())), nil
	}
	return c.leave(), c.dir.unlink(c.aside())
}

func (c *claim) leave() string { return "left " + c.path() + " alone, which was made anew meanwhile" }

// returnTo gives the original its path back, which is free.
func (c *claim) returnTo() (string, error) {
	if !c.answers(c.aside()) {
		return c.path() + " was removed, and its server has ended: nothing to put back", c.dir.unlink(c.aside())
	}
	err := c.giveBack()
	if errors.Is(err, unix.EEXIST) {
		return c.leaveBoth()
	}
	return "put back " + c.path() + ", which was removed meanwhile", err
}

// drop removes what is aside if it is our socket, or a second name of the original.
func (c *claim) drop(aside entry) error {
	if c.isOurs(c.aside(), aside) || aside.is(c.journal.Original) {
		return c.dir.unlink(c.aside())
	}
	return nil
}

// isOurs reports whether a name is the socket that this claim's run made. If that
// run has ended its inode may have been given to another file, so one at which
// somebody answers is not ours.
func (c *claim) isOurs(name string, e entry) bool {
	return e.is(c.journal.Ours) && e.ownSocket() && (c.live || !c.answers(name))
}

func (c *claim) path() string { return c.dir.at(c.base) }

// answers reports whether a socket is alive.
func (c *claim) answers(name string) bool {
	err := probe(c.dir.at(name))
	return !errors.Is(err, unix.ECONNREFUSED) && !errors.Is(err, unix.ENOENT)
}
