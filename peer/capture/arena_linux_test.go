package capture

import "testing"

// Pages that were given back read as zeros (madvise(2)), which shows that they
// are gone, and only they. On a system with larger pages than our units, a page
// goes with the last of its units.
func TestWhatIsGivenBackIsNoLongerResident(t *testing.T) {
	for _, c := range []struct {
		name string
		page int
		give [][2]int // first unit and number, of 16 that are taken
		gone [][2]int // from and to
	}{
		{"pages of two units", 2, [][2]int{{1, 14}}, [][2]int{{2, 14}}},
		{"pages of four units, whole ones inside", 4, [][2]int{{1, 13}}, [][2]int{{4, 12}}},
		{"pages of four units, no whole one", 4, [][2]int{{5, 2}}, nil},
		{"pages of four units, in three steps", 4, [][2]int{{4, 1}, {6, 2}, {5, 1}}, [][2]int{{4, 8}}},
		{"pages of four units, from the middle on", 4, [][2]int{{6, 2}, {8, 1}, {9, 3}, {4, 2}}, [][2]int{{4, 12}}},
	} {
		m := newArenas(0)
		m.page = c.page
		r, _ := m.take(16 * minBlock)
		mem := r.bytes()
		for i := range mem {
			mem[i] = 1
		}
		for _, g := range c.give {
			m.give(run{r.arena, r.first + g[0], g[1]})
		}
		for i, b := range mem {
			want := byte(1)
			for _, g := range c.gone {
				if i/minBlock >= g[0] && i/minBlock < g[1] {
					want = 0
				}
			}
			if b != want {
				t.Errorf("%s: byte %d is %d, want %d", c.name, i, b, want)
				break
			}
		}
		if err := m.close(); err != nil {
			t.Error(err)
		}
	}
}
