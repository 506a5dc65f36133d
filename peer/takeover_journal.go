package peer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// maxJournal is more than any journal of ours has, in bytes.
const maxJournal = 1 << 10

// journal is what a run writes next to a path before it takes it over, so that
// the next one can put the original back if it is killed. It names no file: the
// names follow from the path, so there is none in it to be trusted.
type journal struct {
	Pid      int       `json:"pid"`
	Began    time.Time `json:"began"`
	Original fileID    `json:"original"`
	Ours     fileID    `json:"ours"`
}

// parseJournal reads what [journal.append] wrote, and nothing else.
func parseJournal(p []byte) (journal, error) {
	var j journal
	if len(p) > maxJournal {
		return journal{}, fmt.Errorf("it has more than %d bytes", maxJournal)
	}
	in := json.NewDecoder(bytes.NewReader(p))
	in.DisallowUnknownFields()
	if err := in.Decode(&j); err != nil {
		return journal{}, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return journal{}, errors.New("something follows its end")
	}
	switch {
	case j.Pid <= 0:
		return journal{}, fmt.Errorf("pid %d is none", j.Pid)
	case j.Original.Inode == 0 || j.Ours.Inode == 0 || j.Original == j.Ours:
		return journal{}, errors.New("it does not tell two files")
	}
	return j, nil
}

func (j journal) append(p []byte) ([]byte, error) {
	text, err := json.Marshal(j)
	return append(append(p, text...), '\n'), err
}

// claim is the right to exchange the socket of a path: an open journal, under a
// lock (flock(2)) that ends with the process that holds it, however that ends.
// That tells a run that was killed from one that lives, where a pid may belong
// to another process by now, or be one of another container.
type claim struct {
	dir     *directory
	base    string // the path's last component
	fd      int    // of the journal
	id      fileID // of the journal
	journal journal
	blank   bool // nothing is written in the journal yet: the path is untouched
	live    bool // this run's own: its socket is ours though somebody answers at it
}

func (c *claim) name() string  { return journalName(c.base) }
func (c *claim) aside() string { return asideName(c.base) }
func (c *claim) third() string { return asideName(c.base) + ".swap" }

// asideName is where the original is while ours is in its place.
func asideName(base string) string { return "." + base + ".peerscope" }

// IsAside reports whether an address is that of a server whose path was taken
// over, which nobody but us dials.
func IsAside(address string) bool {
	name := path.Base(address)
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, asideName("")[1:])
}

func journalName(base string) string { return asideName(base) + ".json" }

var errClaimed = fmt.Errorf("%w: another run takes it at this moment: try again", unix.EADDRINUSE)

// makeClaim makes a journal where there is none.
func makeClaim(d *directory, base string) (*claim, error) {
	c := &claim{dir: d, base: base, blank: true, live: true}
	var err error
	c.fd, err = unix.Openat(d.fd, c.name(), unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	switch {
	case errors.Is(err, unix.EEXIST):
		return nil, errClaimed
	case err != nil:
		return nil, d.refusal(err)
	}
	afterStep("journal made")
	if err := c.lock(); err != nil {
		if !errors.Is(err, errClaimed) { // else whoever has the lock takes it away
			_ = d.unlink(c.name()) // what has failed is said; an empty journal does no harm
		}
		_ = unix.Close(c.fd)
		return nil, err
	}
	return c, nil
}

// openClaim opens a journal that a run has left; nil if there is none. What
// cannot be one of ours is refused. A run that still lives is an error too.
func openClaim(d *directory, base string) (*claim, error) {
	c := &claim{dir: d, base: base}
	at, err := d.lstat(c.name())
	switch {
	case err != nil:
		return nil, err
	case !at.exists:
		return nil, nil
	case at.has(unix.S_IFLNK):
		return nil, c.refused(errors.New("it is a symlink"))
	case !at.has(unix.S_IFREG):
		return nil, c.refused(errors.New("it is no regular file"))
	case !at.owned():
		return nil, fmt.Errorf("%w: the journal %s belongs to %s: run as that user, or choose another path",
			unix.EACCES, d.at(c.name()), userName(at.uid))
	case !at.single || at.mode&0o077 != 0:
		return nil, c.refused(errors.New("others can change it"))
	}
	c.id = at.id
	c.fd, err = unix.Openat(d.fd, c.name(), unix.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.ENOENT): // its run ended at this moment
		return nil, errClaimed
	case err != nil:
		return nil, c.refused(err)
	}
	if err := c.read(); err != nil {
		_ = unix.Close(c.fd)
		return nil, err
	}
	return c, nil
}

// read takes the lock and reads the journal.
func (c *claim) read() error {
	locked := c.lock()
	if locked != nil && !errors.Is(locked, errClaimed) {
		return locked
	}
	p := make([]byte, maxJournal+1)
	n, err := unix.Pread(c.fd, p, 0)
	if err != nil {
		return c.refused(err)
	}
	c.blank = n == 0
	if !c.blank {
		c.journal, err = parseJournal(p[:n])
	}
	switch {
	case locked != nil && !c.blank && err == nil:
		return fmt.Errorf("%w: taken over by a run of pid %d, which still runs: end it first", unix.EADDRINUSE, c.journal.Pid)
	case locked != nil:
		return locked
	case err != nil:
		return c.refused(err)
	}
	return nil
}

// lock takes the lock, and makes sure that the journal still is the one there.
func (c *claim) lock() error {
	err := unix.Flock(c.fd, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errClaimed
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", c.dir.at(c.name()), err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(c.fd, &st); err != nil {
		return err
	}
	if id := entryOf(&st).id; c.id == (fileID{}) {
		c.id = id
	} else if c.id != id {
		return errClaimed
	}
	at, err := c.dir.lstat(c.name())
	if err == nil && !at.is(c.id) {
		err = errClaimed
	}
	return err
}

// refused says that a file with the name of a journal is not used as one.
func (c *claim) refused(why error) error {
	return fmt.Errorf("%w: %s is no journal of ours (%w): look at it and remove it", unix.EPERM, c.dir.at(c.name()), why)
}

// write fills the journal. From here on the path may be exchanged.
func (c *claim) write() error {
	c.journal.Pid, c.journal.Began = os.Getpid(), time.Now().UTC()
	text, err := c.journal.append(nil)
	if err == nil {
		var n int
		if n, err = unix.Write(c.fd, text); err == nil && n < len(text) {
			err = io.ErrShortWrite
		}
	}
	if err == nil {
		err = unix.Fsync(c.fd)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", c.dir.at(c.name()), err)
	}
	c.blank = false
	return nil
}

// letGo is release where a journal that stays does no harm: nothing is in it.
func (c *claim) letGo() {
	if c.release() != nil {
		_ = unix.Close(c.fd)
	}
}

// release takes the journal away and gives up the lock.
func (c *claim) release() error {
	at, err := c.dir.lstat(c.name())
	if err == nil && at.is(c.id) {
		err = c.dir.unlink(c.name())
	}
	if err != nil {
		return err
	}
	_ = unix.Close(c.fd)
	return nil
}
