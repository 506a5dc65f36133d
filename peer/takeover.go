package peer

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// takeover is a listening socket of ours in the place of a live server's. The
// server's own file is aside, in the same directory, and is put back at the end.
type takeover struct {
	fd     int    // listens, as listenPath's does; whoever accepts from it closes it, after restore
	target string // where the server answers now: what a tap dials
	note   string // one line of what a run that was killed had left and is put right; "" if there was none

	mu    sync.Mutex
	claim *claim // nil once the server's file is put back
}

// takeOver moves the socket of a live server aside and listens in its place,
// with its owner, group and mode. At no moment is the path without a socket that
// takes clients. typ is that of the server, SOCK_STREAM or SOCK_SEQPACKET.
//
// A journal next to the path (".NAME.peerscope.json") says what was done, so
// that the next call of takeOver or listenPath for it puts the server's socket
// back if this process is killed.
//
// Refused are a path that is no socket or a symlink (ErrAlreadyExists), of
// another user or in a directory that we may not change (ErrUnauthorized), at
// which nobody answers (ErrUnavailable), which another run has taken over
// (ErrAlreadyInUse), or which is too long (ErrInvalidParameter). What is there
// stays as it is then.
func takeOver(sys kernel, path string, typ int) (*takeover, Error, error) {
	if err := checkTakeover(path); err != nil {
		return nil, ErrInvalidParameter, err
	}
	d, base, err := openDirectory(path)
	if err != nil {
		return nil, codeFor(err), err
	}
	t := &takeover{fd: -1, target: d.at(asideName(base))}
	if t.note, err = repair(d, base); err == nil {
		err = t.begin(sys, d, base, typ)
	}
	if err != nil {
		d.close()
		return nil, codeFor(err), after(t.note, err)
	}
	return t, 0, nil
}

// checkTakeover says what is wrong with a path that is to be taken over.
func checkTakeover(path string) error {
	if err := checkPath(path); err != nil {
		return err
	}
	if isAbstract(path) {
		return errors.New("an abstract name has no file that could be moved aside")
	}
	if most := MaxPath - len(asideName("")); len(path) > most {
		return fmt.Errorf("the path is %d bytes long: to move it aside, at most %d", len(path), most)
	}
	return nil
}

// begin makes the claim and carries it out, or undoes all of it.
func (t *takeover) begin(sys kernel, d *directory, base string, typ int) error {
	original, err := checkOriginal(d, base, typ)
	if err != nil {
		return err
	}
	c, err := makeClaim(d, base)
	if err != nil {
		return err
	}
	c.journal.Original = original.id
	if err := t.carryOut(sys, c, original, typ); err != nil {
		if _, undone := c.putBack(); undone != nil {
			_ = unix.Close(c.fd) // the journal stays for the next run
			err = fmt.Errorf("%w; and putting it back: %w", err, undone)
		}
		if t.fd >= 0 {
			_ = unix.Close(t.fd)
		}
		return err
	}
	t.claim = c
	return nil
}

// checkOriginal looks at what is to be taken over.
func checkOriginal(d *directory, base string, typ int) (entry, error) {
	original, err := d.lstat(base)
	switch {
	case err != nil:
		return original, err
	case !original.exists:
		return original, fmt.Errorf("%w: nothing to take over: start the server first", unix.ENOENT)
	}
	if err := refuseEntry(original); err != nil {
		return original, err
	}
	switch err := probe(d.at(base)); {
	case errors.Is(err, unix.ECONNREFUSED), errors.Is(err, unix.ENOENT):
		return original, fmt.Errorf("%w: nobody answers at it: nothing to take over", unix.ECONNREFUSED)
	case err == nil:
		return original, fmt.Errorf("%w: the server takes datagrams, and no connections", unix.EPROTOTYPE)
	case !errors.Is(err, unix.EPROTOTYPE):
		return original, err
	}
	if !isOfType(d.at(base), typ) {
		return original, fmt.Errorf("%w: the server is of the other kind, %s", unix.EPROTOTYPE, kindName(otherType(typ)))
	}
	aside, err := d.lstat(asideName(base))
	if err == nil && aside.exists {
		err = inTheWay(d.at(asideName(base)))
	}
	return original, err
}

func inTheWay(name string) error {
	return fmt.Errorf("%w: %s is in the way: look at it and remove it", unix.EEXIST, name)
}

// isOfType asks with a socket of the other type, which the server refuses
// without hearing of it. Where there is no other type it is the only one.
func isOfType(path string, typ int) bool {
	fd, err := openSocket(unix.AF_UNIX, otherType(typ))
	if err != nil {
		return typ == unix.SOCK_STREAM
	}
	defer func() { _ = unix.Close(fd) }()
	return errors.Is(retry(func() error { return unix.Connect(fd, &unix.SockaddrUnix{Name: path}) }), unix.EPROTOTYPE)
}

func otherType(typ int) int {
	if typ == unix.SOCK_STREAM {
		return unix.SOCK_SEQPACKET
	}
	return unix.SOCK_STREAM
}

func kindName(typ int) string {
	if typ == unix.SOCK_STREAM {
		return "a stream (unix://)"
	}
	return "SOCK_SEQPACKET (unixpacket://)"
}

// carryOut makes our socket aside, ready for clients, and exchanges the two.
func (t *takeover) carryOut(sys kernel, c *claim, original entry, typ int) error {
	var err error
	if t.fd, err = sys.socket(unix.AF_UNIX, typ); err != nil {
		return err
	}
	if err := sys.bind(t.fd, &unix.SockaddrUnix{Name: t.target}); err != nil {
		if errors.Is(err, unix.EADDRINUSE) {
			return inTheWay(t.target)
		}
		return c.dir.refusal(err)
	}
	afterStep("bound")
	ours, err := c.dir.lstat(c.aside())
	if err == nil && !ours.ownSocket() {
		err = inTheWay(t.target)
	}
	if err != nil {
		return err
	}
	c.journal.Ours = ours.id
	if err := likeOriginal(c, ours, original); err != nil {
		return err
	}
	afterStep("like the original")
	if err := sys.listen(t.fd, maxBacklog()); err != nil {
		return err
	}
	if err := c.write(); err != nil {
		return err
	}
	afterStep("journal written")
	if err := c.exchange(); err != nil {
		return err
	}
	afterStep("exchanged")
	aside, err := c.dir.lstat(c.aside())
	if err == nil && !aside.is(original.id) {
		err = fmt.Errorf("%w: its server made it anew at this moment: try again", unix.EADDRINUSE)
	}
	return err
}

// likeOriginal gives our socket the group and the mode of the original; the
// owner is the same by refuseEntry. The group comes first: chown(2) clears bits.
func likeOriginal(c *claim, ours, original entry) error {
	if ours.gid != original.gid {
		if err := unix.Fchownat(c.dir.fd, c.aside(), -1, int(original.gid), unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return fmt.Errorf("%w: the new socket cannot be given the group of the one there (gid %d): run as a member of it",
				err, original.gid)
		}
	}
	return c.dir.chmod(c.aside(), original.permissions())
}

// restore puts the server's socket back, takes ours away and removes the
// journal. If the server has made its socket anew meanwhile, that one stays and
// the old one goes. The note says in one line what was done. It comes before fd is
// closed: an open socket keeps its inode from being another file's, and those
// who came through the path before are in its queue. After an error restore may
// be called again, or the next run repairs; once it is done, it does nothing more.
func (t *takeover) restore() (note string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.claim == nil {
		return "", nil
	}
	note, err = t.claim.putBack()
	if err != nil {
		return note, err
	}
	t.claim.dir.close()
	t.claim = nil
	return note, nil
}

// repair puts right what a run that was killed has left of a takeover, and says
// so in one line; "" if there is nothing.
func repair(d *directory, base string) (note string, err error) {
	c, err := openClaim(d, base)
	if c == nil || err != nil {
		return "", err
	}
	note, err = c.putBack()
	if err != nil {
		_ = unix.Close(c.fd)
		return "", err
	}
	if c.blank {
		return note + "; a run that was killed had begun to take it over", nil
	}
	return fmt.Sprintf("%s; a run of pid %d had taken it over", note, c.journal.Pid), nil
}

// refuseEntry refuses a file that is no socket of ours.
func refuseEntry(e entry) error {
	switch {
	case e.has(unix.S_IFLNK):
		return fmt.Errorf("%w: it is a symlink, which is not followed: give the path of the socket itself", unix.EEXIST)
	case !e.has(unix.S_IFSOCK):
		return fmt.Errorf("%w: it is no socket, and left alone: choose another path", unix.EEXIST)
	case !e.owned():
		return fmt.Errorf("%w: it belongs to %s, and is left alone: run as that user (this is uid %d)",
			unix.EACCES, userName(e.uid), os.Geteuid())
	}
	return nil
}

// after puts what was repaired before into the line of an error.
func after(note string, err error) error {
	if note == "" {
		return err
	}
	return fmt.Errorf("%s; then: %w", note, err)
}
