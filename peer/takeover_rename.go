package peer

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// rename2 is rename(2) in a directory with a flag. A test puts a system there
// that has none.
var rename2 = renameWith

// afterStep is called between the steps of a takeover. A test dies there.
var afterStep = func(string) {}

// lacksRename reports whether the system or the file system knows no such rename.
func lacksRename(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP)
}

// exchange swaps the two sockets, so that there is no moment without a socket
// at the path. Where that is no single step, a third name keeps the one at the
// path while the other replaces it (see settle).
func (c *claim) exchange() error {
	err := rename2(c.dir, c.base, c.aside(), renameExchange)
	if lacksRename(err) {
		err = c.exchangeByLink()
	}
	if err != nil {
		return fmt.Errorf("exchange %s and %s: %w", c.dir.at(c.base), c.aside(), err)
	}
	return nil
}

func (c *claim) exchangeByLink() error {
	d := c.dir.fd
	if err := unix.Linkat(d, c.base, d, c.third(), 0); err != nil {
		return err
	}
	afterStep("linked")
	if err := unix.Renameat(d, c.aside(), d, c.base); err != nil {
		_ = c.dir.unlink(c.third()) // else settle does
		return err
	}
	afterStep("replaced")
	return unix.Renameat(d, c.third(), d, c.aside())
}

// settle ends an exchange by link that was interrupted: the third name is then
// the only one of a socket that belongs aside, or a second one of either.
func (c *claim) settle() error {
	third, err := c.dir.lstat(c.third())
	if err != nil || !third.ownSocket() || !third.is(c.journal.Original) && !third.is(c.journal.Ours) {
		return err
	}
	aside, err := c.dir.lstat(c.aside())
	switch {
	case err != nil:
		return err
	case aside.exists:
		return c.dir.unlink(c.third())
	}
	return unix.Renameat(c.dir.fd, c.third(), c.dir.fd, c.aside())
}

// giveBack moves the original to the path if that is free.
func (c *claim) giveBack() error {
	err := rename2(c.dir, c.aside(), c.base, renameNew)
	if lacksRename(err) {
		err = unix.Linkat(c.dir.fd, c.aside(), c.dir.fd, c.base, 0)
		if err == nil {
			afterStep("given back")
			err = c.dir.unlink(c.aside())
		}
	}
	if err != nil {
		return fmt.Errorf("rename %s to %s: %w", c.aside(), c.dir.at(c.base), err)
	}
	return nil
}
