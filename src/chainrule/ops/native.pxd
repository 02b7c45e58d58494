# For the compiled parts of other rooms: native.pyx says what it does.

cdef object call_quietly(object function, tuple operands, dict parameters)
cdef int be_silent(int by) noexcept
