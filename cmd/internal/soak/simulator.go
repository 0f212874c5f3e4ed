package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// simulator is the program that serves the sites, and the hand on its controls.
type simulator struct {
	options
	port int
	cmd  *exec.Cmd
	list []simulated
	// epoch counts the rounds of edits.
	epoch int
}

// simulated is one site of the simulator.
type simulated struct {
	ID      int    `json:"id"`
	Name    string `json:"name"`
	Home    string `json:"home"`
	Privacy string `json:"privacy"`
}

func (s simulated) domain() string {
	u, err := url.Parse(s.Home)
	if err != nil {
		return s.Home
	}
	return u.Host
}

// edit is what the simulator did to a site in one epoch.
type edit struct {
	ID    int      `json:"id"`
	Class string   `json:"class"` // real, cosmetic, outage or none
	Kinds []string `json:"kinds"`
	// Ops are the edits one by one, where the simulator tells.
	Ops []op `json:"ops"`
}

// op is one edit, with the words before and after it.
type op struct {
	Kind   string `json:"kind"`
	Real   bool   `json:"real"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// number is the number that an edit changed, alone; ok is false for any other edit.
func (e edit) number() (before, after string, ok bool) {
	for _, o := range e.Ops {
		if o.Real && (o.Kind != "number" || ok) {
			return "", "", false
		}
		if o.Real {
			before, after, ok = o.Before, o.After, true
		}
	}
	return before, after, ok
}

// asleep is how long answers take while the simulator starts: its epoch is set
// before the first one is sent, or old texts would seem to return.
const asleep = 3 * time.Second

func newSimulator(o options) (*simulator, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &simulator{options: o, port: l.Addr().(*net.TCPAddr).Port}
	l.Close()
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, s.control("sites", url.Values{"mode": {"addr"}}, &s.list)
}

// start begins to serve the sites as they were at the last epoch.
func (s *simulator) start() error {
	log, err := os.OpenFile(s.path("simulator.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	program, args := s.simulator, []string(nil)
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return err
		}
		args = []string{"simulate"}
	}
	s.cmd = exec.Command(program, append(args, "-n", strconv.Itoa(s.sites), "-port", strconv.Itoa(s.port), "-seed", strconv.FormatInt(s.seed, 10),
		"-seeds", s.statements, "-outage", "0.05", "-etag", "0.3", "-latency", asleep.String(),
		"-life", time.Duration(s.minutes*float64(time.Minute)+float64(time.Hour)).String())...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	for range 200 {
		if err = s.advance(s.epoch); err == nil {
			return s.latency(0)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("the simulator does not answer: %w", err)
}

// stop takes the sites off the network.
func (s *simulator) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// freeze lets the sites take connections and say nothing, until they are thawed.
func (s *simulator) freeze() error { return s.cmd.Process.Signal(syscall.SIGSTOP) }
func (s *simulator) thaw() error   { return s.cmd.Process.Signal(syscall.SIGCONT) }

func (s *simulator) advance(epoch int) error {
	if err := s.control("epoch", url.Values{"k": {strconv.Itoa(epoch)}}, nil); err != nil {
		return err
	}
	s.epoch = epoch
	return nil
}

func (s *simulator) latency(d time.Duration) error {
	return s.control("config", url.Values{"latency": {d.String()}}, nil)
}

// edits lists what was done to each site in the last epoch.
func (s *simulator) edits() (out []edit, err error) {
	return out, s.control("truth", url.Values{"from": {strconv.Itoa(s.epoch - 1)}, "to": {strconv.Itoa(s.epoch)}}, &out)
}

// text is a site's statement as it is now, a block a line.
func (s *simulator) text(id int) (string, error) {
	b, err := s.get("text", url.Values{"site": {strconv.Itoa(id)}})
	return string(b), err
}

func (s *simulator) control(what string, q url.Values, into any) error {
	b, err := s.get(what, q)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func (s *simulator) get(what string, q url.Values) ([]byte, error) {
	return get(fmt.Sprintf("http://127.0.0.1:%d/control/%s?%s", s.port, what, q.Encode()))
}

// client asks the programs beside this one; a connection that is kept would be one
// to a program that was killed.
var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func get(address string) ([]byte, error) {
	resp, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	return b, err
}
