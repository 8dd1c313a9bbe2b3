package decode

// orientation is EXIF's: how the stored image must be turned to be upright.
// 1 is upright; 2 to 8 are EXIF's mirrored and turned forms.
type orientation int

const upright orientation = 1
