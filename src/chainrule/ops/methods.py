"""stub"""
from . import index, reduce, shape, contract
class ArrayMethods:
    __slots__ = ()
    def __getitem__(self, key): return index.getitem(self, key)
    def __matmul__(self, o): return contract.matmul(self, o)
    def sum(self, axis=None, keepdims=False): return reduce.sum(self, axis, keepdims)
    def reshape(self, *s): return shape.reshape(self, s[0] if len(s)==1 else s)
    @property
    def T(self): return shape.transpose(self)
