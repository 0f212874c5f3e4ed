package object

import (
	"context"
	"errors"
	"fmt"
)

// Budget bounds the work on one file. Once it is used up it stays so: every
// reader asks it as it goes and stops, and Err says what was too much.
type Budget struct {
	ctx     context.Context
	bytes   int64
	objects int
	steps   int64
	err     error
}

// NewBudget allows for bytes of unpacked streams, for a number of objects and
// for steps: tokens, drawing operators, glyphs. ctx is asked now and then.
func NewBudget(ctx context.Context, bytes int64, objects int, steps int64) *Budget {
	return &Budget{ctx: ctx, bytes: bytes, objects: objects, steps: steps}
}

// Errors of a budget that is used up.
var (
	ErrBytes   = errors.New("its streams unpack to more than the limit")
	ErrObjects = errors.New("it holds more objects than the limit")
	ErrSteps   = errors.New("it takes more work to read than the limit")
)

// Err is why no more work is done, nil while there is budget left.
func (b *Budget) Err() error { return b.err }

// Step takes n steps and reports whether to go on.
func (b *Budget) Step(n int) bool {
	if b.err != nil {
		return false
	}
	before := b.steps
	if b.steps -= int64(n); b.steps < 0 {
		b.err = ErrSteps
		return false
	}
	if before>>12 != b.steps>>12 {
		if err := b.ctx.Err(); err != nil {
			b.err = fmt.Errorf("stopped: %w", err)
			return false
		}
	}
	return true
}

// Exhaust ends all work: something is larger than anyone reads.
func (b *Budget) Exhaust() {
	if b.err == nil {
		b.err = ErrSteps
	}
}

// object takes one object.
func (b *Budget) object() bool {
	if b.objects--; b.objects < 0 && b.err == nil {
		b.err = ErrObjects
	}
	return b.Step(8)
}

// take takes n unpacked bytes.
func (b *Budget) take(n int) bool {
	if b.bytes -= int64(n); b.bytes < 0 && b.err == nil {
		b.err = ErrBytes
	}
	return b.Step(n >> 6)
}
