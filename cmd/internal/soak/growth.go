package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is how large the daemon was at one moment.
type sample struct {
	at   time.Time
	life int
	// rss and anon are resident memory in bytes, all of it and that which is no
	// mapped file: the archive is mapped, and is meant to grow.
	rss, anon, files, goroutines int
}

// measure looks at the daemon from outside. What cannot be had, as beside a kernel
// without /proc, is nought.
func (d *daemon) measure() sample {
	s := sample{at: time.Now(), life: d.lives}
	proc := fmt.Sprintf("/proc/%d/", d.cmd.Process.Pid)
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		return s
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		into := map[string]*int{"VmRSS": &s.rss, "RssAnon": &s.anon}[name]
		if f := strings.Fields(rest); into != nil && len(f) > 0 {
			n, _ := strconv.Atoi(f[0])
			*into = n << 10
		}
	}
	if open, err := os.ReadDir(proc + "fd"); err == nil {
		s.files = len(open)
	}
	return s
}

const (
	// warm is how long a life takes to reach its size: heaps, caches and the
	// dashboard's boards fill.
	warm = 2 * time.Minute
	// shortest is the least time that says something about growth.
	shortest = 4 * time.Minute
)

// grown says what of the last life's later part is larger than its earlier part, by
// medians: single peaks are garbage that waits to be collected.
func grown(all []sample) (out []string) {
	if len(all) == 0 {
		return nil
	}
	life := slices.DeleteFunc(slices.Clone(all), func(s sample) bool { return s.life != all[len(all)-1].life })
	begin, end := life[0].at.Add(warm), life[len(life)-1].at
	if end.Sub(begin) < shortest {
		return nil
	}
	third := end.Sub(begin) / 3
	within := func(from, to time.Time, figure func(sample) int) int {
		var list []int
		for _, s := range life {
			if n := figure(s); n > 0 && !s.at.Before(from) && !s.at.After(to) {
				list = append(list, n)
			}
		}
		return median(list)
	}
	for _, c := range []struct {
		what   string
		figure func(sample) int
		share  float64
		slack  int
	}{
		{"memory (anonymous, bytes)", func(s sample) int { return s.anon }, 1.25, 8 << 20},
		{"goroutines", func(s sample) int { return s.goroutines }, 1.1, 10},
		{"open files", func(s sample) int { return s.files }, 1.1, 10},
	} {
		early, late := within(begin, begin.Add(third), c.figure), within(end.Add(-third), end, c.figure)
		if float64(late) > float64(early)*c.share+float64(c.slack) {
			out = append(out, fmt.Sprintf("%s grew from %d to %d", c.what, early, late))
		}
	}
	return out
}

func median[T cmp.Ordered](list []T) (m T) {
	if len(list) == 0 {
		return m
	}
	slices.Sort(list)
	return list[len(list)/2]
}
