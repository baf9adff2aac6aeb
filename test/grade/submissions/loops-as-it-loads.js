// Never gets as far as being a monitor.
for (;;);
