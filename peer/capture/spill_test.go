package capture

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// spilling returns a pool of the least budget that spills, and what it says.
func spilling(t *testing.T, change func(*Spill)) (*Pool, *Log, chan string) {
	t.Helper()
	s, err := OpenSpill(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	said := make(chan string, 1)
	p, l := newLog(t, 4*MinBudget)
	p.SpillTo(s, func(line string) { said <- line })
	return p, l, said
}

// settled waits until everything that may be written is.
func settled(t *testing.T, logs ...*Log) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for _, l := range logs {
		for l.behindDisk() {
			if l.pool.spill.wake(); time.Now().After(deadline) {
				t.Fatal("the spill does not go on")
			}
		}
	}
}

// behindDisk reports whether a block of the log is to be written.
func (l *Log) behindDisk() bool {
	if _, ended := l.pool.Spilled(); ended != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dirs[In].unsaved() != nil || l.dirs[Out].unsaved() != nil
}

func TestWhatTheBudgetTakesIsReadFromDisk(t *testing.T) {
	p, l, _ := spilling(t, nil)
	const chunks, size = 1000, 1000
	for range chunks {
		write(l, In, 0, size)
		settled(t, l)
	}
	if kept, end := l.Span(In); kept != 0 || end != chunks*size || p.Dropped() != 0 {
		t.Fatalf("span %d to %d, dropped %d", kept, end, p.Dropped())
	}
	buf := make([]byte, size)
	if n, dropped := l.CopyAt(buf, In, 5*size); n != 0 || dropped != 0 || !l.Wanted() {
		t.Fatalf("before the recall: %d bytes, %d dropped, wanted %v", n, dropped, l.Wanted())
	}
	if err := l.Recall(context.Background()); err != nil || l.Wanted() {
		t.Fatalf("recall: %v, still wanted %v", err, l.Wanted())
	}
	if n, _ := l.CopyAt(buf, In, 5*size); n == 0 {
		t.Error("nothing after the recall")
	}
	checkBytes(t, buf, 0, 5*size)
	if c, ok := l.At(In, 5*size+1); !ok || c.Off != 5*size || c.Len != size || c.Time.Unix() != 6 {
		t.Errorf("chunk %+v, %v", c, ok)
	}
	for off := int64(0); off < chunks*size; {
		n, dropped, err := l.ReadAt(buf, In, off)
		if n == 0 || dropped != 0 || err != nil {
			t.Fatalf("at %d: %d bytes, %d dropped, %v", off, n, dropped, err)
		}
		checkBytes(t, buf[:n], 0, off)
		off += int64(n)
	}
	if p.Used() > p.Budget()+2*Overshoot {
		t.Errorf("%d bytes are used", p.Used())
	}
}

func TestTheFileOfASpillHasNoName(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenSpill(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := NewPool(MinBudget)
	p.SpillTo(s, func(line string) { t.Error(line) })
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v in the directory", left, err)
	}
	info, err := s.file.(*os.File).Stat()
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenSpill(dir + "/none"); err == nil || !strings.HasPrefix(err.Error(), "spill: ") {
		t.Errorf("a directory that is not there: %v", err)
	}
}

// fullFile fails as a full disk does once room bytes were written.
type fullFile struct {
	spillFile
	room atomic.Int64
}

func (f *fullFile) WriteAt(p []byte, off int64) (int, error) {
	if f.room.Add(-int64(len(p))) < 0 {
		return 0, &os.PathError{Op: "write", Path: "gone", Err: syscall.ENOSPC}
	}
	return f.spillFile.WriteAt(p, off)
}

func TestAFullDiskEndsTheSpillAndNothingElse(t *testing.T) {
	p, l, said := spilling(t, func(s *Spill) {
		f := &fullFile{spillFile: s.file}
		f.room.Store(200_000)
		s.file, s.dir = f, "/tmp/x"
	})
	for range 1000 {
		write(l, In, 0, 1000)
		settled(t, l)
	}
	if line := <-said; line != "spill: /tmp/x: no space left on device"+Without {
		t.Errorf("said %q", line)
	}
	if written, err := p.Spilled(); !errors.Is(err, syscall.ENOSPC) || written == 0 || written > 200_000 {
		t.Errorf("written %d, %v", written, err)
	}
	if kept, end := l.Span(In); kept != p.Dropped() || kept == 0 || end != 1_000_000 {
		t.Errorf("span %d to %d, dropped %d", kept, end, p.Dropped())
	}
}

// A block whose successor was reserved and got no bytes is written to again: it
// must not have gone to disk before.
func TestABlockThatIsWrittenToAgainIsNotOnDiskYet(t *testing.T) {
	_, l, _ := spilling(t, nil)
	for range 3 {
		write(l, In, 0, 3000)
		l.Idle(In)
	}
	l.Reserve(In, 4000)
	l.Commit(In, 0) // the receive that failed
	settled(t, l)
	l.Idle(In)
	write(l, In, 0, 500)
	for range 1000 {
		write(l, In, 0, 1000)
		settled(t, l)
	}
	buf := make([]byte, MaxCopy)
	kept, end := l.Span(In)
	for off := kept; off < end; {
		n, _, err := l.ReadAt(buf, In, off)
		if n == 0 || err != nil {
			t.Fatalf("nothing at %d: %v", off, err)
		}
		checkBytes(t, buf[:n], 0, off)
		off += int64(n)
	}
}

// checkAll reads all that the log says it keeps and compares the chunks around
// a time with those that were committed.
func checkAll(t *rapid.T, l *Log, chunks []Chunk, end [2]int64, around int) {
	buf := make([]byte, MaxCopy)
	var kept [2]int64
	for d := In; d <= Out; d++ {
		var e int64
		if kept[d], e = l.Span(d); e != end[d] {
			t.Fatalf("%v ends at %d, want %d", d, e, end[d])
		}
		for off := kept[d]; off < e; {
			n, _, err := l.ReadAt(buf, d, off)
			if n == 0 || err != nil {
				break // dropped meanwhile
			}
			for i, b := range buf[:n] {
				if b != byteAt(int(d), off+int64(i)) {
					t.Fatalf("%v: byte %d is wrong", d, off+int64(i))
				}
			}
			off += int64(n)
		}
	}
	if len(chunks) == 0 {
		return
	}
	at := chunks[around%len(chunks)].Time
	var want []Chunk
	for _, c := range chunks {
		if c.Time.After(at) && c.Off >= kept[c.Dir] && len(want) < 2 {
			want = append(want, c)
		}
	}
	for range 40 {
		got := l.After(make([]Chunk, 0, 2), at, Both)
		if slices.Equal(got, want) {
			return
		}
		if !l.Wanted() || !slices.Equal(got, want[:min(len(got), len(want))]) {
			t.Fatalf("after %v:\n got %v\nwant %v", at, got, want)
		}
		if err := l.Recall(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("after 40 recalls something is still wanted")
}

func TestALogThatSpillsIsWhatAPlainSliceOfEverythingWouldBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := OpenSpill("auto")
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "full") {
			f := &fullFile{spillFile: s.file}
			f.room.Store(rapid.Int64Range(0, 2_000_000).Draw(t, "room"))
			s.file = f
		}
		p := NewPool(8 * MinBudget)
		p.SpillTo(s, func(string) {})
		logs := []*Log{NewLog(p, clock()), NewLog(p, clock())}
		var end [2][2]int64
		var chunks [2][]Chunk
		add := func(t *rapid.T) {
			i, d := rapid.IntRange(0, 1).Draw(t, "log"), Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			size := rapid.IntRange(1, 5000).Draw(t, "size")
			for range rapid.IntRange(1, 60).Draw(t, "times") {
				write(logs[i], d, int(d), size)
				c, ok := logs[i].At(d, end[i][d])
				if !ok || c.Len != int64(size) {
					t.Fatalf("chunk %+v, %v", c, ok)
				}
				chunks[i] = append(chunks[i], c)
				end[i][d] += int64(size)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"add":  add,
			"more": add,
			"idle": func(t *rapid.T) { logs[rapid.IntRange(0, 1).Draw(t, "log")].Idle(In) },
			"settle": func(*rapid.T) {
				for deadline := time.Now().Add(10 * time.Millisecond); logs[0].behindDisk() && time.Now().Before(deadline); {
					s.wake()
				}
			},
			"look": func(t *rapid.T) {
				i := rapid.IntRange(0, 1).Draw(t, "log")
				checkAll(t, logs[i], chunks[i], end[i], rapid.IntRange(0, 1<<20).Draw(t, "around"))
			},
			"": func(t *rapid.T) {
				gone := int64(0)
				for _, l := range logs {
					for d := In; d <= Out; d++ {
						kept, _ := l.Span(d)
						gone += kept
					}
				}
				if now := p.Dropped(); gone > now {
					t.Fatalf("%d bytes are gone, %d counted as dropped", gone, now)
				}
			},
		})
		for _, l := range logs {
			l.Close()
		}
		p.spill.close()
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
