import Diagnosis
import Testing

@Suite("Stack traces") struct StackTraceTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var language: String
        var type: String
        var own: String
        var text: String
        var testDescription: String { "\(language) \(type)" }
    }

    private static let head = "2026-03-02 08:00:01,000 ERROR [main] shop.Orders - Order 17 failed\n"

    static let samples = [
        Sample(
            language: "java", type: "java.lang.IllegalStateException",
            own: "com.example.shop.Stock.take (Stock.java:41)",
            text: head + """
                java.lang.RuntimeException: order 17 cannot be stored
                \tat com.example.shop.Orders.store(Orders.java:112)
                \tat com.example.shop.Orders$Worker.lambda$run$3(Orders.java:88)
                \tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)
                Caused by: java.lang.IllegalStateException: no stock
                \tat com.example.shop.Stock.take(Stock.java:41)
                \tat com.example.shop.Orders.store(Orders.java:108)
                \t... 2 more

                """),
        Sample(
            language: "java", type: "com.example.shop.StockException",
            own: "com.example.shop.Stock.take (Stock.kt:41)",
            text: head + """
                com.example.shop.StockException: no stock
                \tat com.example.shop.Stock.take(Stock.kt:41)
                \tat com.example.shop.OrdersKt$store$2.invokeSuspend(Orders.kt:112)
                \tat kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith(ContinuationImpl.kt:33)
                \tat kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt:104)

                """),
        Sample(
            language: "swift", type: "Fatal error", own: "Stock.take (/srv/shop/Sources/Stock.swift:41)",
            text: """
                2026-03-02 08:00:00 INFO order 16 is stored
                Fatal error: no stock

                *** Signal 4: Backtracing from 0xc0000140a0... done ***

                Fatal error: no stock

                Thread 0 "shopd" crashed:

                0 [inlined] [system] 0x00007f3c2a11b2c4 Swift runtime failure: no stock in libswiftCore.so at //<compiler-generated>
                1 [ra] [inlined] 0x000055d0c2a4b6f8 Stock.take(_:) + 120 in shopd at /srv/shop/Sources/Stock.swift:41:9

                    39│     func take(_ count: Int) {
                    41│         counts[product] -= count
                      │         ^

                2 [ra] 0x000055d0c2a4b9a0 Orders.store(_:) + 220 in shopd at /srv/shop/Sources/Orders.swift:112:13
                3 [ra] [system] 0x00007f3c29a3d18a __libc_start_main_impl in libc.so.6

                """),
        Sample(
            language: "native", type: "heap-use-after-free",
            own: "shop::Stock::take (/srv/shop/src/stock.cpp:41)",
            text: """
                2026-03-02 08:00:00 INFO order 16 is stored
                =================================================================
                ==4170==ERROR: AddressSanitizer: heap-use-after-free on address 0xc0000140a0 at pc 0x55d0c2a4b6f8
                READ of size 4 at 0xc0000140a0 thread T0
                    #0 0x55d0c2a4b6f7 in shop::Stock::take(int) /srv/shop/src/stock.cpp:41:12
                    #1 0x55d0c2a4b9a0 in shop::Orders::store(shop::Order const&) /srv/shop/src/orders.cpp:112:5
                    #2 0x7f3c29a3d18a in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x2718a)

                """),
        Sample(
            language: "native", type: "shop::StockError", own: "shop::Stock::take (src/stock.cpp:41)",
            text: """
                2026-03-02 08:00:00 INFO order 16 is stored
                terminate called after throwing an instance of 'shop::StockError'
                  what():  no stock

                Thread 1 "shopd" received signal SIGABRT, Aborted.
                #0  0x00007ffff7a8a15c in raise () from /lib/x86_64-linux-gnu/libc.so.6
                #1  0x00007ffff7a3c535 in abort () from /lib/x86_64-linux-gnu/libc.so.6
                #2  0x0000555555556a10 in shop::Stock::take (this=0xc0000140a0, count=3) at src/stock.cpp:41
                #3  0x0000555555556c80 in shop::Orders::store (this=0xc0000140a0) at src/orders.cpp:112

                """),
        Sample(
            language: "python", type: "shop.errors.StockError", own: "take (/srv/shop/stock.py:41)",
            text: head + """
                Traceback (most recent call last):
                  File "/usr/lib/python3.11/site-packages/flask/app.py", line 2073, in wsgi_app
                    response = self.full_dispatch_request()
                  File "/srv/shop/orders.py", line 112, in store
                    stock.take(order)
                  File "/srv/shop/stock.py", line 41, in take
                    raise StockError("no stock")
                shop.errors.StockError: no stock

                """),
        Sample(
            language: "javascript", type: "TypeError", own: "Orders.store (/srv/shop/dist/orders.js:112)",
            text: head + """
                TypeError: Cannot read properties of undefined (reading 'stock')
                    at Orders.store (/srv/shop/dist/orders.js:112:27)
                    at async handle (/srv/shop/node_modules/express/lib/router.js:88:5)
                    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)

                """),
        Sample(
            language: "go", type: "panic", own: "main.(*Stock).Take (/srv/shop/stock.go:41)",
            text: """
                2026/03/02 08:00:01 order 17 is stored
                panic: runtime error: index out of range [5] with length 3

                goroutine 34 [running]:
                main.(*Stock).Take(0xc0000140a0, 0x5)
                \t/srv/shop/stock.go:41 +0x1d
                net/http.HandlerFunc.ServeHTTP(0x0, {0x7f, 0xc0})
                \t/usr/local/go/src/net/http/server.go:2136 +0x29
                created by net/http.(*Server).Serve in goroutine 1
                \t/usr/local/go/src/net/http/server.go:3086 +0x5cb

                """),
        Sample(
            language: "dotnet", type: "System.InvalidOperationException",
            own: "Shop.Stock.Take (/src/Shop/Stock.cs:41)",
            text: head + """
                System.InvalidOperationException: no stock
                   at Shop.Stock.Take(Order order, Int32 count) in /src/Shop/Stock.cs:line 41
                   at Shop.Orders.<StoreAsync>d__4.MoveNext() in /src/Shop/Orders.cs:line 112
                   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute(IActionResultTypeMapper mapper)
                --- End of stack trace from previous location ---

                """),
        Sample(
            language: "ruby", type: "Shop::StockError", own: "take (/srv/shop/app/stock.rb:41)",
            text: head + """
                Shop::StockError: no stock
                \tfrom /srv/shop/app/stock.rb:41:in `take'
                \tfrom /srv/shop/app/orders.rb:112:in `store'
                \tfrom /usr/local/bundle/gems/rack-3.0.8/lib/rack/handler.rb:9:in `call'

                """),
        Sample(
            language: "php", type: "Shop\\StockException",
            own: "Shop\\Stock->take (/srv/shop/src/Orders.php:112)",
            text: """
                [02-Mar-2026 08:00:00 UTC] order 16 is stored
                PHP Fatal error:  Uncaught Shop\\StockException: no stock in /srv/shop/src/Stock.php:41
                Stack trace:
                #0 /srv/shop/src/Orders.php(112): Shop\\Stock->take(Object(Shop\\Order))
                #1 /srv/shop/vendor/slim/slim/Slim/App.php(199): Slim\\App->handle()
                #2 {main}
                  thrown in /srv/shop/src/Stock.php on line 41

                """),
        Sample(
            language: "rust", type: "panic", own: "src/stock.rs:41",
            text: """
                [2026-03-02T08:00:00Z INFO  shop] order 16 is stored
                thread 'tokio-worker' panicked at src/stock.rs:41:9:
                no stock
                stack backtrace:
                   0: rust_begin_unwind
                             at /rustc/07dca489ac/library/std/src/panicking.rs:645:5
                   1: core::panicking::panic_fmt
                             at /rustc/07dca489ac/library/core/src/panicking.rs:72:14
                   2: shop::stock::take
                             at ./src/stock.rs:41:9
                note: run with `RUST_BACKTRACE=full` for a verbose backtrace.

                """),
    ]

    private static func trace(_ text: String, own: [String] = []) -> Finding? {
        var options = ExaminationOptions()
        options.ownership = CodeOwnership(own: own)
        let quiet = (0..<40).map {
            "2026-03-02 08:00:0\($0 % 10),000 INFO [main] shop.Orders - Order \($0) is stored\n"
        }
        return Examining((text.hasPrefix("2026-03-02 ") ? quiet.joined() : "") + text, options: options)
            .finding("log.stack-trace")
    }

    @Test(
        "DIAG-53 part: The error, its notation and the first own call are read in each language",
        arguments: samples)
    func languages(sample: Sample) throws {
        let finding = try #require(Self.trace(sample.text))
        #expect(finding.details["language"]?.string == sample.language)
        let types =
            [finding.details["type"]?.string ?? ""]
            + (finding.details["causes"]?.array ?? []).compactMap(\.string)
        #expect(types.contains(sample.type), "\(types)")
        #expect(finding.details["own_frame"]?.string == sample.own)
        #expect(finding.count == 1)
    }

    @Test(
        "Other line numbers, values and addresses make the same fingerprint; another path another one",
        arguments: samples)
    func fingerprint(sample: Sample) throws {
        let first = try #require(Self.trace(sample.text)?.subjects.first)
        let moved = sample.text.replacing("112", with: "119").replacing("41", with: "52")
            .replacing("no stock", with: "none of product 4").replacing("0xc0000140a0", with: "0xc000088420")
        #expect(Self.trace(moved)?.subjects.first == first)
        let other = sample.text.replacing("take", with: "reserve").replacing("Take", with: "Reserve")
            .replacing("Orders.store", with: "Orders.update").replacing("src/stock.rs", with: "src/store.rs")
        #expect(Self.trace(other)?.subjects.first != first)
    }

    @Test("A trace inside a value of JSON is read")
    func escaped() throws {
        var text = ""
        for index in 0..<30 {
            text +=
                "{\"ts\":\"2026-03-02T08:00:\(10 + index)Z\",\"level\":\"info\",\"msg\":\"order \(index) stored\"}\n"
        }
        text +=
            "{\"ts\":\"2026-03-02T08:01:00Z\",\"level\":\"error\",\"msg\":\"order failed\",\"stack\":\"java.lang.IllegalStateException: no stock\\n\\tat com.example.Stock.take(Stock.java:41)\\n\\tat com.example.Orders.store(Orders.java:9)\"}\n"
        let examined = Examining(text)
        let finding = try #require(examined.finding("log.stack-trace"))
        #expect(finding.title == "IllegalStateException at com.example.Stock.take (Stock.java:41)")
        #expect(finding.citations[0].lines == 31...31)
        #expect(examined.lies() == [])
    }

    @Test("Each kind of trace is told once, with how often it occurred")
    func grouping() throws {
        let java = Self.samples[0].text
        let examined = Examining(String(repeating: java, count: 25) + Self.samples[1].text)
        let traces = examined.findings.filter { $0.kind == "log.stack-trace" }
        #expect(traces.map(\.count) == [25, 1])
        #expect(examined.lies() == [])
    }

    @Test("What is own code can be said")
    func ownership() throws {
        let finding = Self.trace(Self.samples[0].text, own: ["java.util."])
        #expect(finding?.details["own_frame"]?.string?.hasPrefix("java.util.concurrent") == true)
    }
}
