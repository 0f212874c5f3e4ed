package socket

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	// stall is how long a reader of the archive may keep the daemon waiting: while
	// it reads, the file keeps the pages of that moment.
	stall = 10 * time.Second
	// stretch is how much is written between two looks at the clock.
	stretch = 4 << 20
	// largest is more than any action has to say.
	largest = 1 << 20
	// farewell is how long an end waits for what runs.
	farewell = 5 * time.Second
)

// Server answers at a socket.
type Server struct {
	// Copy writes the archive as it is now; size hears first how many bytes come.
	Copy func(ctx context.Context, size func(int64), w io.Writer) error
	// Do does an action; a Refusal among its errors reaches the client as it is. An
	// action that nobody knows is ErrUnknown.
	Do  func(ctx context.Context, action string, args []byte) (any, error)
	Log *slog.Logger
}

// ErrUnknown means that there is no such action.
var ErrUnknown = errors.New("no such action")

// Start answers until stop is called, which lets what runs come to an end.
func (s *Server) Start(l *Listener) (stop func() error) {
	l.Refused = func(uid int) { s.Log.Warn("a process of another user was turned away at the socket", "uid", uid) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /archive", s.archive)
	mux.HandleFunc("POST /do/", s.action)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: stall, IdleTimeout: stall, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.Log.Error("the socket is not answered any more", "error", err)
		}
	}()
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		defer cancel()
		err := srv.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		<-ended
		return err
	}
}

func (s *Server) archive(w http.ResponseWriter, r *http.Request) {
	out := &patient{w: w, until: http.NewResponseController(w)}
	if err := s.Copy(r.Context(), func(n int64) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
	}, out); err != nil {
		s.Log.Warn("the archive was not copied to the end", "error", err)
		if !out.begun {
			w.Header().Del("Content-Length")
			answer(w, http.StatusInternalServerError, &Refusal{Message: err.Error()})
		} // else fewer bytes came than were announced, which the client notices
	}
}

// patient writes as long as the other end takes something now and then.
type patient struct {
	w     io.Writer
	until *http.ResponseController
	left  int
	begun bool
}

func (p *patient) Write(b []byte) (int, error) {
	if p.left -= len(b); p.left < 0 {
		p.left = stretch
		if err := p.until.SetWriteDeadline(time.Now().Add(stall)); err != nil {
			return 0, err
		}
	}
	p.begun = true
	return p.w.Write(b)
}

func (s *Server) action(w http.ResponseWriter, r *http.Request) {
	args, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil {
		answer(w, http.StatusBadRequest, &Refusal{Message: err.Error()})
		return
	}
	name := actionOf(r.URL.Path)
	out, err := s.Do(r.Context(), name, args)
	var refusal *Refusal
	switch {
	case err == nil:
		answer(w, http.StatusOK, out)
	case errors.Is(err, ErrUnknown):
		answer(w, http.StatusNotFound, &Refusal{Message: err.Error()})
	case errors.As(err, &refusal):
		answer(w, http.StatusConflict, refusal)
	default:
		s.Log.Warn("an action that another process asked for failed", "action", name, "error", err)
		answer(w, http.StatusInternalServerError, &Refusal{Message: err.Error()})
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who went away hears nothing
}
