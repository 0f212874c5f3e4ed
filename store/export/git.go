package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"policywatch/store/record"
)

// ErrNoGit means that the program git, which writes the repository, is missing.
var ErrNoGit = errors.New("the program git is not installed; install it, or export a data set, which needs nothing")

// ErrNotOurs means that the folder holds something that no export made; a
// repository is never written over, whatever is asked.
var ErrNotOurs = errors.New("it holds something that no export made; name an empty folder, or one that an earlier export made")

const (
	gitBranch = "main"
	// gitMark stands in the repository's configuration and tells ours from others.
	gitMark = "policywatch.export"
)

// Git writes a git repository: one commit a version with the time at which it
// was read, one readable file a site under sites/, a sentence a line. The same
// archive gives the same commits, so writing into the repository again adds only
// what is new. A repository that somebody else committed to is left alone.
func (x *Exporter) Git(ctx context.Context, dir string) error {
	if err := x.git(ctx, dir); err != nil {
		return fmt.Errorf("export a git repository to %s: %w", dir, err)
	}
	return nil
}

func (x *Exporter) git(ctx context.Context, dir string) error {
	if _, err := exec.LookPath("git"); err != nil {
		return ErrNoGit
	}
	if err := gitFolder(ctx, dir); err != nil {
		return err
	}
	r, w := io.Pipe()
	cmd := gitCommand(ctx, dir, "fast-import", "--quiet")
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = r, &said
	if err := cmd.Start(); err != nil {
		return err
	}
	wrote := make(chan error, 1)
	go func() {
		buf := bufio.NewWriterSize(w, 64<<10)
		err := x.fastImport(ctx, buf)
		if err == nil {
			err = buf.Flush()
		}
		w.CloseWithError(err)
		wrote <- err
	}()
	err := cmd.Wait()
	r.CloseWithError(io.ErrClosedPipe) // where git ended first, the writer must not wait
	werr := <-wrote
	switch {
	case werr != nil && !errors.Is(werr, io.ErrClosedPipe):
		return werr
	case err != nil && strings.Contains(said.String(), "does not contain"):
		return fmt.Errorf("%w: its branch %s holds commits that this export did not make", ErrNotOurs, gitBranch)
	case err != nil:
		return fmt.Errorf("git fast-import: %w: %s", err, firstLine(said.String()))
	}
	if !bornBranch(ctx, dir) {
		return nil // an archive without versions
	}
	return runGit(ctx, dir, "reset", "--quiet", "--hard", gitBranch)
}

// gitFolder makes the repository, or accepts one that an export made.
func gitFolder(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
			return ErrNotOurs
		}
		if out, err := gitCommand(ctx, dir, "config", "--get", gitMark).Output(); err != nil || strings.TrimSpace(string(out)) == "" {
			return ErrNotOurs
		}
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := runGit(ctx, dir, "init", "--quiet", "--template=", "--initial-branch="+gitBranch); err != nil {
		return err
	}
	return runGit(ctx, dir, "config", gitMark, "1")
}

func bornBranch(ctx context.Context, dir string) bool {
	return gitCommand(ctx, dir, "rev-parse", "--quiet", "--verify", "refs/heads/"+gitBranch).Run() == nil
}

// fastImport writes the stream that git fast-import reads. All text goes in
// counted by bytes, so nothing in it can be taken for a command.
func (x *Exporter) fastImport(ctx context.Context, w *bufio.Writer) error {
	return x.eachVersion(ctx, func(v *record.Version) error {
		stamp := fmt.Sprintf("policywatch <policywatch@localhost> %d +0000", v.At.Unix())
		fmt.Fprintf(w, "commit refs/heads/%s\nauthor %s\ncommitter %s\n", gitBranch, stamp, stamp)
		counted(w, gitMessage(v))
		fmt.Fprintf(w, "M 100644 inline sites/%s.md\n", fileName(v.Site))
		return counted(w, readable(doc(v), true))
	})
}

// counted returns the first error of all that was written so far.
func counted(w *bufio.Writer, s string) error {
	_, err := fmt.Fprintf(w, "data %d\n%s\n", len(s), s)
	return err
}

func gitMessage(v *record.Version) string {
	subject, why := "first version", ""
	if c := v.Change; c != nil {
		subject, why = fmt.Sprintf("%s %s", c.Severity, c.Class), oneLine(c.Reason)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s@%d: %s\n\n", oneLine(v.Site), v.Number, subject)
	if why != "" {
		b.WriteString(why + "\n\n")
	}
	fmt.Fprintf(&b, "Site: %s\nVersion: %d\nRead-At: %s\nUrl: %s\n", oneLine(v.Site), v.Number, v.At.UTC().Format("2006-01-02T15:04:05Z"), oneLine(v.URL))
	for _, t := range [][2]string{{"Snapshot-Sha256", v.Snapshot}, {"Text-Identity", v.Identity}, {"Previous-Record", v.Previous}} {
		if t[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", t[0], oneLine(t[1]))
		}
	}
	return b.String()
}

// gitCommand runs git apart from the settings of its user, which could sign,
// hook, convert line ends or point at another repository.
func gitCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	// What the folder's own configuration could start is turned off as well.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir = dir
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "GIT_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CEILING_DIRECTORIES="+filepath.Dir(absolute(dir)), "LC_ALL=C")
	return cmd
}

func absolute(dir string) string {
	if a, err := filepath.Abs(dir); err == nil {
		return a
	}
	return dir
}

func runGit(ctx context.Context, dir string, args ...string) error {
	out, err := gitCommand(ctx, dir, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, firstLine(string(out)))
	}
	return nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}
