package printed

// Locale is how a document writes what can be written in several ways.
type Locale struct {
	Decimal DecimalMark
	Days    DayOrder
}

// LocaleOf learns a document's locale from its text.
func LocaleOf(text string) Locale { return Locale{DecimalMarkOf(text), DayOrderOf(text)} }
