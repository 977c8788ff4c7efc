"""How mail programs write, in the languages that they speak: above a quotation, in its headers, below a mail."""

WROTE = frozenset(
    "wrote writes schrieb schrieben écrit écrivait escribió escribio escribiste scritto schreef geschreven skrev skriver"
    " napisał napisała napisał(a) napisał/a pisze escreveu написал написала написал(а) пишет пише написав написала"
    " kirjoitti yazdı yazdi yazmış írta scris napsal napsala napísal napísala skrifaði πίστευσε έγραψε написа rašė rakstīja"
    " kirjutas menulis viết 写道 寫道 写道： 作成 작성 wrote＠".split()
)
"""The verb of a line such as “On Monday Ann wrote:”."""
WROTE_UNSPACED = ("写道", "寫道", "님이 작성", "のメール", "さんは書きました", "が書き込み")
"""The same where words are not parted by spaces."""
OPENERS = frozenset(
    "on am le el op il em den dnia w no pe dne dňa tarihinde στις на в у ngày pada on: vào 在 於 于 a az 20xx".split()
)
"""The first word of such a line."""

SENDER = frozenset(
    "from von de da van od fra från lähettäjä kimden gönderen от от_кого від відправник ed od: от: feladó de_la expéditeur"
    " remitente mittente afzender avsender absender avsändare afsender от_кого: 发件人 寄件者 差出人 送信元 보낸_사람 보낸사람 von:".split()
)
SENT = frozenset(
    "date sent datum gesendet envoyé envoye enviado enviado_el enviada_em enviada fecha data inviato verzonden sendt skickat"
    " wysłano wysłane lähetetty päivämäärä дата отправлено надіслано gönderme gönderildi tarih odesláno dátum elküldve"
    " trimis dato gesendet_am datum/zeit 发送时间 发送日期 日期 寄件日期 送信日時 日付 날짜 보낸_날짜 sent_at date_envoi".split()
)
RECEIVER = frozenset(
    "to an à a para aan til till do vastaanottaja kime alıcı кому komu címzett către destinataire destinatario pour"
    " 收件人 收件者 宛先 받는_사람 받는사람".split()
)
SUBJECT = frozenset(
    "subject betreff objet asunto assunto oggetto onderwerp emne ämne temat aihe тема konu předmět predmet tárgy subiect"
    " sujet 主题 主旨 件名 제목 θέμα".split()
)
OTHER_HEADERS = frozenset(
    "cc bcc copie kopie copia kopia kopio копия копія cópia reply-to reply_to répondre_à antwort_an responder_a risposta"
    " rispondi_a antwoord_aan svar_til importance priority wichtigkeit attachments anlagen pièces_jointes 抄送 副本 参照 참조"
    " organisation organization resent-from resent-to".split()
)

ORIGINAL = (
    "original", "ursprüng", "ursprung", "origine", "oorspronkelijk", "oprindelig", "opprinnelig", "alkuperäinen",
    "isходное", "исходное", "originál", "orijinal", "özgün", "eredeti", "pôvodn", "původn", "原始", "原邮件", "元の", "원본",
    "wiadomość oryginalna", "oryginalna", "reply message", "antwort", "вихідне", "origineel",
)  # fmt: skip
"""What stands between the dashes above a mail that is answered."""
FORWARDED = (
    "forwarded", "weitergeleitet", "transféré", "transfere", "transmis", "reenviado", "reenvío", "reenviada", "inoltrat",
    "encaminhad", "doorgestuurd", "videresend", "videresendt", "vidarebefordra", "vidarebefordrat", "przesłan", "przekazan",
    "välitetty", "edelleenlähetetty", "пересыла", "переслан", "пересилан", "iletilen", "iletilmiş", "přeposlan", "preposlan",
    "továbbított", "redirecționat", "转发", "轉寄", "転送", "전달된", "全文",
)  # fmt: skip
"""What stands between the dashes above a mail that is handed on."""
FORWARD_BEGINNINGS = (
    "begin forwarded message", "anfang der weitergeleiteten", "début du message réexpédié", "début du message transféré",
    "inicio del mensaje reenviado", "inizio messaggio inoltrato", "begin doorgestuurd bericht", "início da mensagem reencaminhada",
    "início da mensagem encaminhada", "vidarebefordrat brev", "start på videresendt", "videresendt besked", "videresendt melding",
    "välitetty viesti alkaa", "początek przekazywanej", "начало переадресованного", "начало пересылаемого", "转发的邮件", "以下是转发",
    "転送されたメッセージ", "전달된 메시지", "iletilen mesajın başlangıcı", "weitergeleitete nachricht",
)  # fmt: skip
FORWARD_SUBJECTS = (
    "fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "enc:", "doorst:", "vs:", "vl:", "fwd :", "转发:", "转发：", "轉寄:", "pd:", "ilt:", "továbbítás:",
)  # fmt: skip

DEVICE = (
    "sent from", "sent via", "sent with", "sent using", "sent by", "get outlook for", "from my ", "envoyé depuis", "envoyé de ",
    "envoyé à partir", "envoyé avec", "obtenez outlook", "téléchargez outlook", "von meinem", "von meiner", "gesendet von",
    "gesendet mit", "gesendet über", "diese nachricht wurde von", "diese nachricht wurde mit", "outlook für", "holen sie sich outlook",
    "enviado desde", "enviado do", "enviado de ", "enviado con", "enviado a partir", "enviado via", "enviado por", "obtener outlook",
    "inviato da", "inviato dal", "inviato con", "scarica outlook", "ottieni outlook", "verzonden met", "verzonden vanaf",
    "verzonden via", "verstuurd vanaf", "outlook voor", "download outlook", "sendt fra", "sendt via", "sendt med", "hent outlook",
    "skickat från", "skickat med", "hämta outlook", "wysłano z", "wysłane z", "pobierz outlook", "lähetetty", "отправлено с",
    "отправлено из", "отправлено через", "надіслано з", "gönderildi", "odesláno z", "odoslané z", "trimis de pe", "从我的", "從我的", "发自我的",
    "發自我的", "iphoneから送信", "ipadから送信", "에서 보냄",
)  # fmt: skip
"""How the line begins that a telephone writes below a mail."""
DEVICES = (
    "mobile", "phone", "iphone", "ipad", "smartphone", "android", "blackberry", "tablet", "samsung", "galaxy", "handy", "cell",
    "mobiltelefon", "móvil", "celular", "portable", "cellulare", "telefoon",
)  # fmt: skip
GREETINGS = (
    "kind regards", "best regards", "regards", "best wishes", "sincerely", "mit freundlichen grüßen", "viele grüße", "beste grüße",
    "cordialement", "saludos", "cordiali saluti", "met vriendelijke groet", "atenciosamente",
)  # fmt: skip
DISCLAIMER = (
    "confidential", "intended recipient", "intended solely", "intended only", "privileged", "unauthorised", "unauthorized",
    "received this email in error", "received this e-mail in error", "received this message in error", "disclosure", "notify the sender",
    "vertraulich", "unbefugt", "irrtümlich", "nicht der richtige adressat", "bestimmungsgemäße", "informieren sie bitte",
    "confidentiel", "destinataire", "par erreur", "confidencial", "destinatario", "por error", "riservat", "per errore", "vertrouwelijk",
    "geadresseerde", "confidenciais", "destinatário", "por engano", "poufn", "fortrolig", "konfidentiell", "конфиденциальн",
    "consider the environment", "denken sie an die umwelt", "pensez à l'environnement", "antes de imprimir", "before printing",
)  # fmt: skip
"""Two of these in a paragraph at the end make it a disclaimer."""
