/// Mail of the demo organisation: one message of each kind that somebody has to look at, or need not.
enum DemoMail {
    static let messages = [
        """
        From: Petra Lindqvist <petra.lindqvist@halden.example>
        To: support@thirdline.example
        Subject: Refunds for kiosk 14
        Message-ID: <demo-1@halden.example>
        Content-Type: text/html; charset=utf-8

        <p>Hello,</p><p>I took over the kiosks from Daniel. Refunds on <b>kiosk 14</b> stay pending since this morning.
        Who can look?</p><p>Petra</p>
        """,
        """
        From: Daniel <daniel@halden.example>
        To: support@thirdline.example
        Subject: Out of office: your update
        Message-ID: <demo-2@halden.example>
        Auto-Submitted: auto-replied

        I am away until Monday.
        """,
        """
        Authentication-Results: mx.thirdline.example; dmarc=none
        From: Accounts <accounts@orr1n.example>
        To: support@thirdline.example
        Subject: Invoice attached
        Message-ID: <demo-3@orr1n.example>

        Please pay today.
        """,
    ]
}
