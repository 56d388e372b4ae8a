package fielderrors_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/internal/fielderrors"
)

func TestSorted(t *testing.T) {
	labels := map[string]string{"a": "/", "b c": "x", "d": "(", "e": "-", "f g": "y"}
	first := fielderrors.Sorted(metav1validation.ValidateLabels(labels, field.NewPath("labels")))
	require.Len(t, first, 5)
	for range 50 {
		require.Equal(t, first, fielderrors.Sorted(metav1validation.ValidateLabels(labels, field.NewPath("labels"))))
	}
}
