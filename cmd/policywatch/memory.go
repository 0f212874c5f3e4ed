package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A visit makes a page's tree and throws it away: collecting less often is a tenth
// of a scan's cost. The limit keeps long lists from taking the memory for it.
const (
	garbage     = 400       // percent of what is alive
	memoryLimit = 160 << 20 // while little is alive
)

// setCollector tells the runtime how often to collect. What the program holds for
// good must not use up the limit: two hundred thousand sites did, and half of the
// processor's time went into looking for garbage. So each collection sets the limit
// anew, to half as much again as it left alive.
func setCollector() {
	debug.SetGCPercent(garbage)
	debug.SetMemoryLimit(memoryLimit)
	alive := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	// A cleanup runs once after the collection that finds its object unused.
	var again func(struct{})
	again = func(struct{}) {
		metrics.Read(alive)
		live := alive[0].Value.Uint64()
		debug.SetMemoryLimit(max(memoryLimit, int64(live+live/2)))
		runtime.AddCleanup(new([16]byte), again, struct{}{})
	}
	again(struct{}{})
}
