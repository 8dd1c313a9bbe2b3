// Package labels tells which labels documents print a field under, in six languages, and which form its
// value has.
package labels

// Form is what the value of a concept must look like.
type Form int

// The forms.
const (
	Text Form = iota
	Amount
	Date
	ID // has a digit
	IBAN
	BIC
	VAT
	Currency
	Percent
	Party   // a name that may stand without a label
	Address // of a party, complete
	Street  // of a party
	ZIP
	City
	Email
	Website
	Phone
	Measure // a number with or without its unit
)

// Numeric reports whether values of the form are numbers.
func (f Form) Numeric() bool { return f == Amount || f == Percent || f == Measure }

// Concept is something that documents commonly state, with the names of fields that ask for it and the
// labels it is printed under, the most certain first. Languages: en, de, fr, es, it, nl; for bills and
// statements also pt and pl.
type Concept struct {
	Name   string
	Form   Form
	fields string // names of fields, their words in any order
	labels string // groups by ";", labels within by "|"
}
