package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// daemon is the program under test.
type daemon struct {
	options
	hook    string
	address string
	cmd     *exec.Cmd
	ended   chan error
	// lives counts its starts.
	lives int
}

func newDaemon(o options, hook string, list []simulated) (*daemon, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &daemon{options: o, hook: hook, address: l.Addr().String()}
	l.Close()
	var sites bytes.Buffer
	sites.WriteString("domain,name,url\n")
	for _, s := range list {
		fmt.Fprintf(&sites, "%s,%s,%s\n", s.domain(), s.Name, s.Privacy)
	}
	if err := os.WriteFile(o.path("sites.csv"), sites.Bytes(), 0o644); err != nil {
		return nil, err
	}
	return d, d.configure(48)
}

// configure writes the configuration, which a reload takes over.
func (d *daemon) configure(concurrency int) error {
	return os.WriteFile(d.path("policywatch.yaml"), fmt.Appendf(nil, `store: {path: policywatch.db}
crawl:
  contact: mailto:soak@example.org
  concurrency: %d
  per_host_interval: 0s
  confirm_after: 0s
  timeout: 4s
  browser: "off"
  scheme: http
  allow_addresses: [127.0.0.0/8]
lists: [sites.csv]
schedule: {every: %s, drain: 20s, heartbeat_url: "%s/beat"}
web: {listen: %q}
notify:
  channels:
    - {name: hook, kind: webhook, url: "%s/hook", secret: whsec_c29ha3NvYWtzb2Frc29ha3NvYWtzb2Fr}
  routes:
    - {channels: [hook]}
`, concurrency, d.every, d.hook, d.address, d.hook), 0o644)
}

// spoil writes a configuration that is wrong.
func (d *daemon) spoil() error {
	return os.WriteFile(d.path("policywatch.yaml"), []byte("schedule: {evry: 1s}\n"), 0o644)
}

// start begins a life of the daemon and returns when it answers.
func (d *daemon) start() error {
	log, err := os.OpenFile(d.path("daemon.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	d.cmd = exec.Command(d.program, "watch", "--config", d.path("policywatch.yaml"), "--log-format", "json")
	d.cmd.Stdout, d.cmd.Stderr = log, log
	if err := d.cmd.Start(); err != nil {
		return fmt.Errorf("start the daemon: %w", err)
	}
	d.lives++
	ended := make(chan error, 1)
	d.ended = ended
	go func(cmd *exec.Cmd) { ended <- cmd.Wait() }(d.cmd)
	for range 600 {
		if _, err = get("http://" + d.address + "/readyz"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("the daemon does not answer: %w", err)
}

func (d *daemon) signal(s syscall.Signal) {
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(s)
	}
}

// end sends a signal and waits for the end that it should bring.
func (d *daemon) end(s syscall.Signal, limit time.Duration) error {
	d.signal(s)
	select {
	case err := <-d.ended:
		if s == syscall.SIGKILL {
			return nil
		}
		return err
	case <-time.After(limit):
		return fmt.Errorf("the daemon has not ended %s after the signal %v", limit, s)
	}
}

// run has another command of the program done on the same archive.
func (d *daemon) run(args ...string) (string, error) {
	out, err := exec.Command(d.program, append(args, "--config", d.path("policywatch.yaml"))...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// standing is a site as the daemon's API shows it.
type standing struct {
	Site        string          `json:"site"`
	State       string          `json:"state"`
	Version     int             `json:"version"`
	LastVisit   time.Time       `json:"last_visit"`
	LastSuccess time.Time       `json:"last_success"`
	Fault       json.RawMessage `json:"fault"`
	Pending     json.RawMessage `json:"pending"`
}

// suspicious reports whether a capture waits to be seen again.
func (s standing) suspicious() bool { return len(s.Pending) > 0 && string(s.Pending) != "null" }

func (d *daemon) sites() (map[string]standing, error) {
	out := map[string]standing{}
	for page := 1; ; page++ {
		b, err := get(fmt.Sprintf("http://%s/api/v1/sites?per_page=1000&page=%d", d.address, page))
		if err != nil {
			return nil, err
		}
		var list struct {
			Sites []standing `json:"sites"`
			Pages int        `json:"pages"`
		}
		if err := json.Unmarshal(b, &list); err != nil {
			return nil, err
		}
		for _, s := range list.Sites {
			out[s.Site] = s
		}
		if page >= list.Pages {
			return out, nil
		}
	}
}

// metrics reads the daemon's figures, by name and labels.
func (d *daemon) metrics() (map[string]float64, error) {
	b, err := get("http://" + d.address + "/metrics")
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			out[name], _ = strconv.ParseFloat(value, 64)
		}
	}
	return out, nil
}
