package nodepooltest

import (
	"fmt"
	"math/rand/v2"
)

// newUUID is random, of version 4.
func newUUID() string {
	high, low := rand.Uint64(), rand.Uint64() //nolint:gosec // names, not secrets
	high = high&^0xf000 | 0x4000
	low = low&^(0b11<<62) | 0b10<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}

// newSuffix is the end of a node's name.
func newSuffix() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 5)
	for i := range text {
		text[i] = letters[rand.IntN(len(letters))] //nolint:gosec // the same
	}
	return string(text)
}
