; The whole runtime that compiled rules need: memory with size classes and free lists. Layout of MemInfo as numba's 64-bit code expects it:
; 0 refct i64, 8 dtor, 16 dtor_info, 24 data, 32 size i64, 40 (here) size class i32; data begins at 64.
@free = internal global [64 x i32] zeroinitializer
@top = global i32 0            ; next unused byte; JS sets it behind the snapshot
declare i32 @llvm.wasm.memory.size.i32(i32)
declare i32 @llvm.wasm.memory.grow.i32(i32, i32)
declare i32 @llvm.ctlz.i32(i32, i1)
define void @set_top(i32 %t) { 
  store i32 %t, ptr @top
  ret void
}
define i32 @get_top() {
  %t = load i32, ptr @top
  ret i32 %t
}
define ptr @linli_take(i32 %bytes) noinline {
; a block of a power of two of bytes, at least 128, aligned to 64
  %m = call i32 @llvm.umax.i32(i32 %bytes, i32 128)
  %m1 = sub i32 %m, 1
  %z = call i32 @llvm.ctlz.i32(i32 %m1, i1 false)
  %class = sub i32 32, %z
  %slot = getelementptr [64 x i32], ptr @free, i32 0, i32 %class
  %head = load i32, ptr %slot
  %none = icmp eq i32 %head, 0
  br i1 %none, label %fresh, label %reuse
reuse:
  %hp = inttoptr i32 %head to ptr
  %next = load i32, ptr %hp
  store i32 %next, ptr %slot
  br label %done
fresh:
  %t0 = load i32, ptr @top
  %t1 = add i32 %t0, 63
  %t = and i32 %t1, -64
  %size = shl i32 1, %class
  %end = add i32 %t, %size
  store i32 %end, ptr @top
  %pages = call i32 @llvm.wasm.memory.size.i32(i32 0)
  %e1 = add i32 %end, 65535
  %want = lshr i32 %e1, 16
  %short = icmp ugt i32 %want, %pages
  br i1 %short, label %grow, label %got
grow:
  %more0 = sub i32 %want, %pages
  %more = add i32 %more0, 16
  %r = call i32 @llvm.wasm.memory.grow.i32(i32 0, i32 %more)
  %bad = icmp eq i32 %r, -1
  br i1 %bad, label %fail, label %got
fail:
  call void @llvm.trap()
  unreachable
got:
  %fp = inttoptr i32 %t to ptr
  br label %done
done:
  %p = phi ptr [ %hp, %reuse ], [ %fp, %got ]
  %cp = getelementptr i8, ptr %p, i32 40
  store i32 %class, ptr %cp
  ret ptr %p
}
declare i32 @llvm.umax.i32(i32, i32)
declare void @llvm.trap()
define void @linli_give(ptr %p) noinline {
  %cp = getelementptr i8, ptr %p, i32 40
  %class = load i32, ptr %cp
  %slot = getelementptr [64 x i32], ptr @free, i32 0, i32 %class
  %head = load i32, ptr %slot
  store i32 %head, ptr %p
  %pi = ptrtoint ptr %p to i32
  store i32 %pi, ptr %slot
  ret void
}
define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) noinline {
  %s = trunc i64 %size to i32
  %b = add i32 %s, 64
  %p = call ptr @linli_take(i32 %b)
  store i64 1, ptr %p
  %d8 = getelementptr i8, ptr %p, i32 8
  store i64 0, ptr %d8
  %d16 = getelementptr i8, ptr %p, i32 16
  store i64 0, ptr %d16
  %data = getelementptr i8, ptr %p, i32 64
  %d24 = getelementptr i8, ptr %p, i32 24
  store i64 0, ptr %d24
  store ptr %data, ptr %d24
  %d32 = getelementptr i8, ptr %p, i32 32
  store i64 %size, ptr %d32
  %d44 = getelementptr i8, ptr %p, i32 44
  store i32 0, ptr %d44
  ret ptr %p
}
define ptr @NRT_MemInfo_alloc_safe_aligned(i64 %size, i32 %align) {
  %p = call ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align)
  ret ptr %p
}
define void @NRT_incref(ptr %p) {
  %n = icmp eq ptr %p, null
  br i1 %n, label %out, label %do
do:
  %c = load i64, ptr %p
  %c1 = add i64 %c, 1
  store i64 %c1, ptr %p
  br label %out
out:
  ret void
}
define void @NRT_decref(ptr %p) {
  %n = icmp eq ptr %p, null
  br i1 %n, label %out, label %do
do:
  %c = load i64, ptr %p
  %c1 = sub i64 %c, 1
  store i64 %c1, ptr %p
  %zero = icmp eq i64 %c1, 0
  br i1 %zero, label %free, label %out
free:
  %f44 = getelementptr i8, ptr %p, i32 44
  %flag = load i32, ptr %f44
  %apart = icmp eq i32 %flag, 1
  br i1 %apart, label %both, label %one
both:
  %d24 = getelementptr i8, ptr %p, i32 24
  %data = load ptr, ptr %d24
  call void @NRT_Free(ptr %data)
  br label %one
one:
  call void @linli_give(ptr %p)
  br label %out
out:
  ret void
}
define ptr @NRT_Allocate(i64 %size) {
  %s = trunc i64 %size to i32
  %b = add i32 %s, 64
  %p = call ptr @linli_take(i32 %b)
  %d = getelementptr i8, ptr %p, i32 64
  ret ptr %d
}
define void @NRT_Free(ptr %d) {
  %p = getelementptr i8, ptr %d, i32 -64
  call void @linli_give(ptr %p)
  ret void
}
declare double @llvm.sqrt.f64(double)
define double @sqrt(double %x) {
  %r = call double @llvm.sqrt.f64(double %x)
  ret double %r
}
define ptr @NRT_MemInfo_alloc(i64 %size) {
  %p = call ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 64)
  ret ptr %p
}
; a list: its data lies apart; the destructor of a list of plain numbers has nothing to do
define ptr @NRT_MemInfo_new_varsize_dtor(i64 %size, ptr %dtor) {
  %p = call ptr @NRT_MemInfo_alloc_aligned(i64 0, i32 64)
  %data = call ptr @NRT_Allocate(i64 %size)
  %d24 = getelementptr i8, ptr %p, i32 24
  store ptr %data, ptr %d24
  %d32 = getelementptr i8, ptr %p, i32 32
  store i64 %size, ptr %d32
  %d44 = getelementptr i8, ptr %p, i32 44
  store i32 1, ptr %d44
  ret ptr %p
}
declare void @llvm.memcpy.p0.p0.i32(ptr, ptr, i32, i1)
define ptr @NRT_MemInfo_varsize_realloc(ptr %p, i64 %size) {
  %d24 = getelementptr i8, ptr %p, i32 24
  %old = load ptr, ptr %d24
  %d32 = getelementptr i8, ptr %p, i32 32
  %olds = load i64, ptr %d32
  %new = call ptr @NRT_Allocate(i64 %size)
  %less = icmp ult i64 %olds, %size
  %m = select i1 %less, i64 %olds, i64 %size
  %m32 = trunc i64 %m to i32
  call void @llvm.memcpy.p0.p0.i32(ptr %new, ptr %old, i32 %m32, i1 false)
  call void @NRT_Free(ptr %old)
  store ptr %new, ptr %d24
  store i64 %size, ptr %d32
  ret ptr %new
}
; only for what becomes one dimension in one piece
define i32 @numba_attempt_nocopy_reshape(i64 %nd, ptr %dims, ptr %strides, i64 %newnd, ptr %newdims, ptr %newstrides, i64 %itemsize, i32 %f) {
  %one = icmp eq i64 %newnd, 1
  br i1 %one, label %ok, label %no
ok:
  store i64 %itemsize, ptr %newstrides
  ret i32 1
no:
  ret i32 0
}
; 128-bit product of two 128-bit numbers: ABI of compiler-rt
define void @__multi3(ptr %ret, i64 %al, i64 %ah, i64 %bl, i64 %bh) {
  %a0 = and i64 %al, 4294967295
  %a1 = lshr i64 %al, 32
  %b0 = and i64 %bl, 4294967295
  %b1 = lshr i64 %bl, 32
  %p00 = mul i64 %a0, %b0
  %p01 = mul i64 %a0, %b1
  %p10 = mul i64 %a1, %b0
  %p11 = mul i64 %a1, %b1
  %c0 = lshr i64 %p00, 32
  %p01l = and i64 %p01, 4294967295
  %p10l = and i64 %p10, 4294967295
  %s0 = add i64 %c0, %p01l
  %mid = add i64 %s0, %p10l
  %midl = shl i64 %mid, 32
  %p00l = and i64 %p00, 4294967295
  %lo = or i64 %midl, %p00l
  %m1 = lshr i64 %mid, 32
  %p01h = lshr i64 %p01, 32
  %p10h = lshr i64 %p10, 32
  %h0 = add i64 %p11, %m1
  %h1 = add i64 %h0, %p01h
  %h2 = add i64 %h1, %p10h
  %x0 = mul i64 %ah, %bl
  %x1 = mul i64 %al, %bh
  %h3 = add i64 %h2, %x0
  %hi = add i64 %h3, %x1
  store i64 %lo, ptr %ret
  %r8 = getelementptr i8, ptr %ret, i32 8
  store i64 %hi, ptr %r8
  ret void
}
