import Diagnosis
import Testing

@Suite("Finding the head of log lines")
struct LogLayoutTests {
    /// Heads as programs write them; `@h` `@m` `@s` are hour, minute and second, `@n` a number, `@l` a level,
    /// `@w` one of a few names.
    static let heads = [
        "2024-03-07 @h:@m:@s,123 @l [main] com.acme.core.Engine - ",
        "2024-03-07T@h:@m:@s.123Z @l @w: ",
        "Mar  7 @h:@m:@s web01 @w[@n]: ",
        "Mar  7 @h:@m:@s web01 @w[@n]: @w: ",
        "<34>1 2024-03-07T@h:@m:@s.003Z web01 @w @n ID47 [meta@32473 seq=\"@n\"] ",
        "<34>1 2024-03-07T@h:@m:@s.003Z web01 @w - - - ",
        "I0307 @h:@m:@s.123456   @n server.go:@n] ",
        "[Thu Mar 07 @h:@m:@s.123456 2024] [core:@l] [pid @n:tid @n] ",
        "1709802@s@n|@l|@w|",
        "1709802301@s@n @w @l ",
        "2024-W10-4T@h:@m:@sZ @l ",
        "20240307T@h@m@sZ [@l] ",
        "2024-03-07 @h:@m:@s | @l | @w | ",
        "2024-03-07T@h:@m:@sZ\t@l\t@w\t",
        "@h:@m:@s.123 [@w] @l com.acme.Pool - ",
        "[2024-03-07T@h:@m:@s,123][@l][o.e.c.@w] [node-1] ",
        "2024-03-07 @h:@m:@s.123 7f3c2c7fe700 @l ",
        "2024-03-07 @h:@m:@s.123 @l 20@s @w ",
        "@l:@w: ",
        "[  @n.123456] ",
        "03-07 @h:@m:@s.123  @n  @n D @w: ",
        "2024-03-07 @h:@m:@s,@l,@w,",
        "[@l] @w: ",
        "07/Mar/2024:@h:@m:@s +0000 web01 @l ",
        "2024-03-07T@h:@m:@s.123Z  @l request{id=@n method=@w}: app::@w: ",
    ]

    @Test("The message is found behind heads of any make", arguments: heads)
    func message(_ head: String) {
        var random = SeededGenerator(seed: 11)
        let messages = InventedMessages.messages(400, seed: 3).map(\.text)
        let lines = messages.map { Self.filled(head, &random) + $0 }
        let reading = LogReading(lines.joined(separator: "\n"))
        let exact = zip(reading.lines, messages).count { $0.message == $1 }
        #expect(exact == messages.count)
    }

    @Test("Two formats in one file are told apart", arguments: [(0, 2), (1, 6), (3, 12), (7, 13), (5, 20)])
    func mixed(_ pair: (Int, Int)) {
        var random = SeededGenerator(seed: 12)
        let messages = InventedMessages.messages(600, seed: 5).map(\.text)
        let lines = messages.map {
            Self.filled(Self.heads[random.below(2) == 0 ? pair.0 : pair.1], &random) + $0
        }
        let reading = LogReading(lines.joined(separator: "\n"))
        #expect(zip(reading.lines, messages).count { $0.message == $1 } == messages.count)
    }

    @Test("A level at the end of the line is no part of the message")
    func levelAtEnd() {
        let levels = ["INFO", "WARN", "ERROR", "DEBUG"]
        let messages = InventedMessages.messages(400, seed: 6).map(\.text)
        let lines = messages.enumerated().map { "2024-03-07 09:05:01 \($1) [\(levels[$0 % 4])]" }
        let reading = LogReading(lines.joined(separator: "\n"))
        #expect(reading.lines.map(\.message) == messages)
        #expect(reading.lines[2].level == .error)
    }

    @Test("Lines without any head are messages as they are")
    func bare() {
        let messages = InventedMessages.messages(200, seed: 8).map(\.text)
        #expect(LogReading(messages.joined(separator: "\n")).lines.map(\.message) == messages)
    }

    @Test("Levels are read in whatever words they come")
    func levels() {
        let words: [(String, LogLevel)] = [
            ("INFO", .info), ("WRN", .warning), ("err", .error), ("FATAL", .critical), ("TRACE", .trace),
            ("Information", .info), ("SEVERE", .error), ("NOTICE", .notice), ("E", .error),
            ("[debug]", .debug),
        ]
        for (word, level) in words {
            let lines = (0..<50).map { "2024-03-07 09:05:0\($0 % 10) \(word) request \($0) done\n" }
            #expect(LogReading(lines.joined()).lines.allSatisfy { $0.level == level }, "\(word)")
        }
        let syslog = (0..<50).map { "<11>1 2024-03-07T09:05:01Z host app \($0) ID1 - request \($0) done\n" }
        #expect(LogReading(syslog.joined()).lines[0].level == .error)
    }

    static func filled(_ head: String, _ random: inout SeededGenerator) -> String {
        var text = ""
        var isCode = false
        for character in head {
            guard isCode else {
                if character == "@" { isCode = true } else { text.append(character) }
                continue
            }
            isCode = false
            switch character {
            case "h": text += random.below(24).padded
            case "m", "s": text += random.below(60).padded
            case "n": text += String(random.below(900) + 100)
            case "l": text += ["INFO", "WARN", "ERROR", "DEBUG"][random.below(4)]
            case "w": text += ["http", "db", "cache", "jobs"][random.below(4)]
            default: text += "@\(character)"
            }
        }
        return text
    }
}

extension Int {
    /// At least two digits.
    var padded: String { self < 10 ? "0\(self)" : String(self) }
}
