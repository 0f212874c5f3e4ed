package fetch_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// canned answers every request on a connection with the same bytes, so that the
// benchmark's processor time is the client's.
func canned(b *testing.B, size int, keep bool) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nDate: Mon, 02 Nov 2026 10:00:00 GMT\r\nServer: canned\r\n", size)
	if !keep {
		out.WriteString("Connection: close\r\n")
	}
	out.WriteString("\r\n")
	out.WriteString(strings.Repeat("حریم خصوصی ", size)[:size])
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r := bufio.NewReader(conn)
				for {
					line, err := r.ReadSlice('\n')
					if err != nil {
						return
					}
					if len(line) == 2 {
						if _, err := conn.Write(out.Bytes()); err != nil || !keep {
							return
						}
					}
				}
			}()
		}
	}()
	b.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String()
}

// cpu is the processor time that the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFetch compares the whole pile of layers with bare net/http; see
// cpu-µs/op.
func BenchmarkFetch(b *testing.B) {
	for _, size := range []int{2_000, 40_000, 300_000, -40_000} {
		kept := "kept"
		if size < 0 {
			kept, size = "new", -size // a connection for every fetch, as in a scan of many hosts
		}
		at := canned(b, size, kept == "kept")
		run := func(name string, get func(i int64) (int, error), done func()) {
			b.Run(fmt.Sprintf("%s/%dKB/%s", name, size/1000, kept), func(b *testing.B) {
				b.ReportAllocs()
				var n atomic.Int64
				before := cpu()
				b.SetParallelism(8)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if got, err := get(n.Add(1)); err != nil || got != size {
							b.Errorf("%d bytes, %v", got, err)
							return
						}
					}
				})
				b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
			})
			done()
		}
		tr := &http.Transport{MaxIdleConnsPerHost: 2, MaxIdleConns: 64}
		bare := &http.Client{Transport: tr, Timeout: 30 * time.Second}
		run("bare", func(int64) (int, error) {
			res, err := bare.Get(at + "/fa/privacy")
			if err != nil {
				return 0, err
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			return len(body), err
		}, tr.CloseIdleConnections)
		full := client(b, fetch.Options{Robots: true})
		run("full", func(int64) (int, error) {
			snap, err := full.Fetch(context.Background(), record.Request{URL: at + "/fa/privacy"})
			if err != nil {
				return 0, err
			}
			return len(snap.Body), nil
		}, full.Close)
	}
}
