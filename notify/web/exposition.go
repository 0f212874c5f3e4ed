package web

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// expositionType is the text format that Prometheus and its relatives read
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
const expositionType = "text/plain; version=0.0.4; charset=utf-8"

// exposition writes metrics in that format. Every name is written once, with all
// its samples together, as the format demands.
type exposition struct{ bytes.Buffer }

func (x *exposition) head(name, kind, help string) {
	x.WriteString("# HELP " + name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help) + "\n# TYPE " + name + " " + kind + "\n")
}

// sample writes one line; labels are pairs of a name and a value.
func (x *exposition) sample(name string, value float64, labels ...string) {
	x.WriteString(name)
	for i := 0; i < len(labels); i += 2 {
		x.WriteByte("{,"[min(i, 1)])
		x.WriteString(labels[i] + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		x.WriteByte('}')
	}
	x.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

// gauge writes a metric that goes up and down, counter one that only grows.
func (x *exposition) gauge(name, help string, value float64, labels ...string) {
	x.head(name, "gauge", help)
	x.sample(name, value, labels...)
}

func (x *exposition) counter(name, help string, value float64) {
	x.head(name, "counter", help)
	x.sample(name, value)
}

// by writes a metric with one sample for each value of a label.
func by[K ~string](x *exposition, name, kind, help, label string, values map[K]int) {
	x.head(name, kind, help)
	for _, k := range slices.SortedFunc(maps.Keys(values), func(a, b K) int { return cmp.Compare(a, b) }) {
		x.sample(name, float64(values[k]), label, string(k))
	}
}

// moment writes a time as seconds since 1970. One that never was is left out: as
// nought it would look like an age of half a century.
func (x *exposition) moment(name, help string, t time.Time) {
	x.head(name, "gauge", help)
	if !t.IsZero() {
		x.sample(name, float64(t.UnixMilli())/1000)
	}
}

// histogram writes durations in buckets, each of which holds those before it.
func (x *exposition) histogram(name, help string, h Histogram) {
	x.head(name, "histogram", help)
	total := 0
	for i, n := range h.Counts {
		total += n
		bound := "+Inf"
		if i < len(h.Bounds) {
			bound = strconv.FormatFloat(h.Bounds[i], 'g', -1, 64)
		}
		x.sample(name+"_bucket", float64(total), "le", bound)
	}
	x.sample(name+"_sum", h.Sum)
	x.sample(name+"_count", float64(total))
}
